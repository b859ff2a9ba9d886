import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { build, type Plugin } from 'esbuild';

const root = join(import.meta.dirname, '../..');

/** The extension host runs no TypeScript: makes one module of all test files, exporting `run`; gives its path. */
export async function bundleHostTests(files: readonly string[]): Promise<string> {
  // Below node_modules, so that mocha is found from there.
  const folder = join(root, 'node_modules/.cache', `towline-host-tests-${process.pid}`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const entry = [
    "import { runInHost } from './test/support/editorHost.ts';",
    'export const run = () => runInHost(() => {',
    ...files.map((file) => `  require(${JSON.stringify(`./${relative(root, file)}`)});`),
    '});',
  ];
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
