import { rm } from 'node:fs/promises';
import { build, context } from 'esbuild';

/** ESM output of CommonJS packages still asks for `require`; Node gives it one per module. */
const requireForCommonJs =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  minify: true,
  keepNames: true,
  legalComments: 'none',
  metafile: true,
  banner: { js: requireForCommonJs },
  // Optional native parts of the ssh client; it works without them.
  external: ['cpu-features', '*.node'],
  logLevel: 'warning',
};

/** The editor API exists only inside the editor, so only its bundle may leave it unresolved. */
const bundles = [
  {
    ...shared,
    entryPoints: { extension: 'src/vscode/extension.ts' },
    outdir: 'dist/extension',
    external: [...(shared.external ?? []), 'vscode'],
  },
  { ...shared, entryPoints: { towline: 'src/cli/towline.ts' }, outdir: 'dist/cli' },
];

if (process.argv.includes('--watch')) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(bundles.map((options) => build(options)));
}
