import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import packageJson from '../../package.json' with { type: 'json' };
import { patience } from '../support/patience.ts';
import { type BaseImages, ensureBaseImages } from './baseImages.ts';
import { ensureBuildx } from './buildx.ts';
import { type LabCluster, prepareCluster, startCluster } from './cluster.ts';
import { ensureEditor, type LabEditor } from './editorInstall.ts';
import { type EnsureOptions, ensureEngine } from './engine.ts';
import { runVisibly } from './execute.ts';
import { ensurePython } from './python.ts';
import { ensureRegistryProgram } from './registry.ts';
import { formatSummary, readSuite, type TestPart } from './testParts.ts';

/**
 * `npm test`: the checks, then every mocha suite, then one line over all of it.
 *
 *   --yes          install and start what is missing (Debian, root); so does CI=true
 *   --only NAME    one part: typecheck, lint, deadcode, build, or a suite's folder; may be repeated
 */
const root = join(import.meta.dirname, '../..');
const checks = ['typecheck', 'lint', 'deadcode', 'build'];
/** Folders of test/ with programs and material for the suites, and those whose runner is not mocha alone. */
const notSuites = ['lab', 'support', 'fixtures', 'bench'];
/** Those that need a real VS Code, last because they take longest. */
const editorSuites = ['extension', 'ui'];
const firstSuites = ['unit', 'architecture', 'contract', 'cli'];
const pureSuites = ['unit', 'architecture'];
/** Those with tests that want a real Kubernetes; without one they skip just these tests. */
const clusterSuites = ['contract', 'cli', 'ui'];

const interruption = new AbortController();

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { yes: { type: 'boolean', default: false }, only: { type: 'string', multiple: true } },
  });
  process.on('SIGINT', () => interruption.abort());
  process.on('SIGTERM', () => interruption.abort());
  const suites = await listSuites();
  const names = [...checks, ...suites];
  const only = values.only ?? names;
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    console.error(`Unknown: ${unknown.join(', ')}. Parts are ${names.join(', ')}.`);
    return 2;
  }

  const install = values.yes || (process.env.CI !== undefined && process.env.CI !== '');
  const wantsCluster = clusterSuites.some((suite) => only.includes(suite) && suites.includes(suite));
  // Building it takes minutes, in which the checks and the first suites can go on.
  if (wantsCluster) prepareCluster({ install, say: () => undefined }).catch(() => undefined);
  const parts: TestPart[] = [];
  for (const check of checks.filter((name) => only.includes(name))) {
    if (interruption.signal.aborted) break;
    printHeading(check);
    const code = await runVisibly('npm', ['run', '--silent', check], {
      cwd: root,
      signal: interruption.signal,
    });
    parts.push({ name: check, passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] });
  }
  let baseImages: BaseImages | string | undefined;
  let editor: LabEditor | string | undefined;
  let cluster: LabCluster | string | undefined;
  for (const suite of suites.filter((name) => only.includes(name))) {
    if (interruption.signal.aborted) break;
    printHeading(suite);
    if (!pureSuites.includes(suite)) baseImages ??= await prepareLab(values.yes, parts);
    if (editorSuites.includes(suite))
      editor ??= await bring(ensureEditor, install, ({ kind }) => `VS Code, ${kind}`);
    if (clusterSuites.includes(suite) && typeof baseImages !== 'string')
      cluster ??= await bring(startCluster, install, () => 'Kubernetes, with a node of its own');
    const missing = [
      ...(pureSuites.includes(suite) ? [] : [baseImages]),
      ...(editorSuites.includes(suite) ? [editor] : []),
    ].find((part) => typeof part === 'string');
    if (missing !== undefined) {
      const reason = { test: `all of ${suite}`, reason: missing };
      parts.push({ name: suite, passed: 0, failed: 0, skipped: [reason] });
    } else {
      const images = typeof baseImages === 'string' ? undefined : baseImages;
      const kubeconfig =
        typeof cluster === 'object' && clusterSuites.includes(suite) ? cluster.kubeconfig : undefined;
      const buildx = suite === 'contract' ? await bring(ensureBuildx, install) : undefined;
      parts.push(
        await runSuite(suite, {
          images,
          editor: typeof editor === 'string' ? undefined : editor,
          kubeconfig,
          dockerConfig: typeof buildx === 'object' ? buildx.DOCKER_CONFIG : undefined,
        }),
      );
    }
  }
  if (typeof cluster === 'object') await cluster.stop();
  console.log(`\n${formatSummary(parts, interruption.signal.aborted)}`);
  if (interruption.signal.aborted) return 130;
  return parts.some((part) => part.failed > 0) ? 1 : 0;
}

/** Everything the suites with real parts need; the reason why not, counted as a failure, where that fails. */
async function prepareLab(yes: boolean, parts: TestPart[]): Promise<BaseImages | string> {
  const install = yes || (process.env.CI !== undefined && process.env.CI !== '');
  const options = { install, say: (line: string) => console.log(`  ${line}`) };
  try {
    const engine = await ensureEngine(options);
    console.log(`  Docker engine ${engine.version}`);
    await ensureRegistryProgram(options);
    await ensurePython(options);
    return await ensureBaseImages(options.say);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.error(message);
    parts.push({ name: 'the lab', passed: 0, failed: 1, skipped: [] });
    return message.split('\n')[0] ?? message;
  }
}

/** A real part; the reason why not where there can be none, which fails nothing. */
async function bring<T>(
  ensure: (options: EnsureOptions) => Promise<T>,
  install: boolean,
  describe?: (part: T) => string,
): Promise<T | string> {
  try {
    const part = await ensure({ install, say: (line) => console.log(`  ${line}`) });
    if (describe) console.log(`  ${describe(part)}`);
    return part;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    console.log(`  ${message}`);
    return message.split('\n')[0] ?? message;
  }
}

/** The real parts that a suite gets. */
interface SuiteLab {
  readonly images: BaseImages | undefined;
  readonly editor: LabEditor | undefined;
  readonly kubeconfig: string | undefined;
  /** Folder of settings for `docker`, with plugins. */
  readonly dockerConfig: string | undefined;
}

async function runSuite(
  suite: string,
  { images, editor, kubeconfig, dockerConfig }: SuiteLab,
): Promise<TestPart> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-tests-'));
  try {
    const output = join(folder, 'counts.json');
    const env: Record<string, string> = {
      ...(images ? { TOWLINE_LAB_NODE_IMAGE: images.node, TOWLINE_LAB_PYTHON_IMAGE: images.python } : {}),
      ...(kubeconfig === undefined ? {} : { TOWLINE_LAB_KUBECONFIG: kubeconfig }),
      ...(dockerConfig === undefined ? {} : { TOWLINE_LAB_DOCKER_CONFIG: dockerConfig }),
      ...(editor ? { TOWLINE_LAB_VSCODE: JSON.stringify(editor) } : {}),
    };
    const command =
      suite === 'extension'
        ? [join(root, 'test/lab/editorMocha.ts'), '--output', output]
        : mochaCommand(suite, output);
    const code = await runVisibly(process.execPath, command, {
      cwd: root,
      signal: interruption.signal,
      env,
    });
    return await readSuite(suite, output, code);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function mochaCommand(suite: string, output: string): string[] {
  const { extension, ui, timeout } = packageJson.mocha;
  return [
    join(root, 'node_modules/mocha/bin/mocha.js'),
    // The configuration in package.json names the fast suites, which would run along with every other.
    ...['--no-package', '--no-config', '--forbid-only', '--ui', ui, '--timeout', `${timeout * patience}`],
    ...extension.flatMap((name) => ['--extension', name]),
    ...[
      '--reporter',
      join(root, 'test/support/countingReporter.ts'),
      '--reporter-option',
      `output=${output}`,
    ],
    `test/${suite}/**/*.test.ts`,
  ];
}

async function listSuites(): Promise<string[]> {
  const suites: string[] = [];
  for (const entry of await readdir(join(root, 'test'), { withFileTypes: true })) {
    if (!entry.isDirectory() || notSuites.includes(entry.name)) continue;
    const files = await readdir(join(root, 'test', entry.name), { recursive: true });
    if (files.some((file) => file.endsWith('.test.ts'))) suites.push(entry.name);
  }
  const rank = (name: string) => {
    if (firstSuites.includes(name)) return firstSuites.indexOf(name);
    return firstSuites.length + 1 + editorSuites.indexOf(name);
  };
  return suites.sort((a, b) => rank(a) - rank(b) || a.localeCompare(b));
}

function printHeading(name: string): void {
  console.log(`\n== ${name} ==`);
}

process.exitCode = await main();
