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

/**
 * Leaves out parts of dockerode for calls that are never made here, most of which it loads at once: its BuildKit
 * session and ssh connection (Towline's own know secrets and the user's ssh configuration), its reading of build
 * output and its packing of folders. They are four fifths of its size and most of the time it takes to load.
 * @type {import('esbuild').Plugin}
 */
const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    const user = /[\\/]node_modules[\\/](dockerode|docker-modem)[\\/]/;
    onResolve(
      { filter: /^(\.\/session|\.\/buildkit|\.\/ssh|tar-fs|@balena\/dockerignore)$/ },
      ({ path, importer }) => (user.test(importer) ? { path, namespace: 'unused' } : undefined),
    );
    onLoad({ filter: /(?:)/, namespace: 'unused' }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error('${path} is not part of this bundle'); };`,
    }));
  },
};

/** @type {import('esbuild').BuildOptions} */
const shared = {
  bundle: true,
  platform: 'node',
  target: 'node22',
  format: 'esm',
  splitting: true,
  minify: true,

  legalComments: 'none',
  metafile: true,
  banner: { js: forCommonJs },
  plugins: [withoutUnused],
  logLevel: 'warning',
};

/** The editor API exists only inside the editor, so only its bundle may leave it unresolved. */
const bundles = [
  {
    ...shared,
    // The second is what git starts to ask in the window; it is a program of its own.
    entryPoints: { extension: 'src/vscode/extension.ts', askpass: 'src/vscode/askpass/askpass.ts' },
    outdir: 'dist/extension',
    external: ['vscode'],
    // Its other form loads its parts by names that no bundler follows; the YAML language service fails on them.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  },
  { ...shared, entryPoints: { towline: 'src/cli/towline.ts' }, outdir: 'dist/cli' },
];

if (process.argv.includes('--watch')) {
  for (const options of bundles) await (await context(options)).watch();
} else {
  await rm('dist', { recursive: true, force: true });
  await Promise.all(bundles.map((options) => build(options)));
}
