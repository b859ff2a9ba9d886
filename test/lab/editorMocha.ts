import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type CliWorkspace, makeWorkspace } from '../support/cliWorkspace.ts';
import { testsBegin } from '../support/editorHost.ts';
import { writeHostWorkspace } from '../support/editorHostWorkspace.ts';
import { exists } from './debianPackages.ts';
import { bundleHostTests } from './editorBundle.ts';
import { type DesktopEditor, ensureEditor, type ServedEditor } from './editorInstall.ts';
import { browserArguments, configurePage } from './editorPage.ts';
import { startEditorServer } from './editorServer.ts';
import { startRegistry } from './registry.ts';

/**
 * Runs test/extension/*.test.ts with mocha inside the extension host of a real VS Code, in which one repository
 * is open and Towline is loaded from its bundle.
 *
 *   --output FILE   where the counts go
 *   --grep TEXT     only tests whose name has this
 *   --verbose       print what the editor itself says as well
 */
const root = join(import.meta.dirname, '../..');
const extension = process.env.TOWLINE_EXTENSION ?? root;
const runLimit = 300_000;
/** What the workbench says while it starts and ends. */
const editorWords = /^(Ignoring fetching|Updating additional builtin|\[A|Canceled|\[uncaught exception)/;

interface HostRun {
  readonly tests: string;
  readonly workspace: CliWorkspace;
  readonly environment: Readonly<Record<string, string>>;
  readonly verbose: boolean;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      output: { type: 'string' },
      grep: { type: 'string' },
      verbose: { type: 'boolean', default: false },
    },
  });
  const editor = await ensureEditor({ install: false, say: (line) => console.log(`  ${line}`) });
  const folder = await mkdtemp(join(tmpdir(), 'tl-host-'));
  const registry = await startRegistry();
  // Without towline.yaml nothing activates the extension before a test does.
  const workspace = makeWorkspace(registry.host, { files: { 'towline.yaml': undefined } });
  const tests = await bundleHostTests(await findTests());
  const counts = values.output ?? join(folder, 'counts.json');
  try {
    const environment = {
      ...workspace.environment,
      TOWLINE_HOST_COUNTS: counts,
      TOWLINE_HOST_WORKSPACE: await writeHostWorkspace(folder, workspace),
      TOWLINE_HOST_EXTENSION: extension,
      ...(values.grep === undefined ? {} : { TOWLINE_HOST_GREP: values.grep }),
    };
    const run = { tests, workspace, environment, verbose: values.verbose };
    const code = await (editor.kind === 'served' ? runServed(editor, run) : runDesktop(editor, run));
    if (await exists(counts)) return code;
    console.error('The extension host ended before the tests were counted.');
    return code || 1;
  } finally {
    await registry.stop();
    workspace.sandbox.remove();
    await rm(join(tests, '..'), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
}

async function runServed(editor: ServedEditor, run: HostRun): Promise<number> {
  const { chromium } = await import('playwright-core');
  const server = await startEditorServer(editor, { environment: run.environment });
  const browser = await chromium.launch({ executablePath: editor.chromium, args: browserArguments });
  try {
    const page = await (await browser.newContext()).newPage();
    const ended = Promise.withResolvers<number>();
    let speaking = run.verbose;
    let over = false;
    // The page calls these two where they exist, as VS Code's own automation does.
    await page.exposeFunction('codeAutomationLog', (_type: string, words: readonly unknown[]) => {
      if (words[0] === testsBegin) speaking = true;
      else if (speaking && !over && (run.verbose || !editorWords.test(String(words[0]))))
        console.log(...words);
    });
    await page.exposeFunction('codeAutomationExit', (code: number) => {
      over = true;
      ended.resolve(code);
    });
    page.on('crash', () => ended.reject(new Error('The browser page crashed.')));
    const limit = setTimeout(() => ended.reject(new Error(`No end after ${runLimit / 1000} s.`)), runLimit);
    await configurePage(page, server, { development: [extension], tests: run.tests });
    await page.goto(`${server.origin}/?${new URLSearchParams({ folder: run.workspace.folder })}`);
    return await ended.promise.finally(() => clearTimeout(limit));
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function runDesktop(editor: DesktopEditor, run: HostRun): Promise<number> {
  const { runTests } = await import('@vscode/test-electron');
  return await runTests({
    vscodeExecutablePath: editor.executable,
    extensionDevelopmentPath: extension,
    extensionTestsPath: run.tests,
    extensionTestsEnv: run.environment,
    launchArgs: [run.workspace.folder, '--disable-extensions', '--disable-workspace-trust', '--skip-welcome'],
  });
}

async function findTests(): Promise<string[]> {
  const folder = join(root, 'test/extension');
  const files = await readdir(folder, { recursive: true });
  return files
    .filter((file) => file.endsWith('.test.ts'))
    .sort()
    .map((file) => join(folder, file));
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
