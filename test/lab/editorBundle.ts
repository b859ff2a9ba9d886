import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** Makes one module of all test files for the extension host, exporting `run`; gives its path. */
export function bundleHostTests(files: readonly string[]): Promise<string> {
  return bundleHostModule([
    "import { runInHost } from './test/support/editorHost.ts';",
    'export const run = () => runInHost(() => {',
    ...files.map((file) => `  require(${JSON.stringify(`./${relative(root, file)}`)});`),
    '});',
  ]);
}

/** The extension host runs no TypeScript: bundles lines of code that import from the repository's root; gives the module's path. */
export async function bundleHostModule(entry: readonly string[]): Promise<string> {
  // Below node_modules, so that mocha is found from there.
  const folder = join(root, 'node_modules/.cache', `towline-host-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const outfile = join(folder, 'index.cjs');
  await build({
    stdin: { contents: entry.join('\n'), resolveDir: root, loader: 'ts' },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    sourcemap: 'inline',
    external: ['vscode', 'mocha', 'cpu-features', '*.node'],
    plugins: [keepFolders],
    logLevel: 'warning',
  });
  await writeFile(join(folder, 'package.json'), '{"type": "commonjs"}');
  return outfile;
}

/** A file's own folder stays the one of its source, where tests find fixtures and the bundles. */
const keepFolders: Plugin = {
  name: 'keep-folders',
  setup({ onLoad }) {
    onLoad({ filter: /\/(test|src)\/.*\.ts$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      return {
        contents: text.replaceAll('import.meta.dirname', JSON.stringify(dirname(path))),
        loader: 'ts',
      };
    });
  },
};
