import { rm } from 'node:fs/promises';
import { build, context } from 'esbuild';

/** CommonJS packages inside an ES module still ask for these; Node gives them one per module. */
const forCommonJs = [
  "import { createRequire as __createRequire } from 'node:module';",
  "import { dirname as __dirnameOf } from 'node:path';",
  "import { fileURLToPath as __fileOf } from 'node:url';",
  'const require = __createRequire(import.meta.url);',
  'const __filename = __fileOf(import.meta.url);',
  'const __dirname = __dirnameOf(__filename);',
].join(' ');

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
  banner: { js: forCommonJs },
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
