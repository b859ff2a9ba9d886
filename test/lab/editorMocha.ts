import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makeWorkspace } from '../support/cliWorkspace.ts';
import { testsBegin } from '../support/editorHost.ts';
import { writeHostWorkspace } from '../support/editorHostWorkspace.ts';
import { exists } from './debianPackages.ts';
import { bundleHostTests } from './editorBundle.ts';
import { runInExtensionHost } from './editorHostRun.ts';
import { ensureEditor } from './editorInstall.ts';
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
    const code = await runInExtensionHost(editor, {
      module: tests,
      open: workspace.folder,
      extensions: [extension],
      environment,
      verbose: values.verbose,
      begins: testsBegin,
    });
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
