import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { build, context } from 'esbuild';

/**
 * CommonJS packages inside an ES module still ask for Node's own modules by `require`; `checkRequired` sees to it that
 * they ask for nothing else. The second is for scripts beside the chunk.
 */
const forCommonJs = [
  'const require = (name) => process.getBuiltinModule(name);',
  "const requireBeside = (name) => { const beside = require('node:module').createRequire(import.meta.url); return beside('./towline.js').loadScript(beside.resolve(name)); };",
].join(' ');

/**
 * Leaves out parts of dockerode for calls that are never made here, most of which it loads at once: its BuildKit
 * session and ssh connection (Towline's own know secrets and the user's ssh configuration), its reading of build
 * output and its packing of folders. They are four fifths of its size and most of the time it takes to load. Of
 * commander: what starts subcommands that are programs of their own.
 * @type {import('esbuild').Plugin}
 */
const withoutUnused = {
  name: 'without-unused',
  setup({ onResolve, onLoad }) {
    const leaveOut = (user, filter) =>
      onResolve({ filter }, ({ path, importer }) =>
        user.test(importer) ? { path, namespace: 'unused' } : undefined,
      );
    leaveOut(
      /[\\/]node_modules[\\/](dockerode|docker-modem)[\\/]/,
      /^(\.\/session|\.\/buildkit|\.\/ssh|tar-fs|@balena\/dockerignore)$/,
    );
    leaveOut(/[\\/]node_modules[\\/]commander[\\/]/, /^node:child_process$/);
    onLoad({ filter: /(?:)/, namespace: 'unused' }, ({ path }) => ({
      contents: `module.exports = () => { throw new Error('${path} is not part of this bundle'); };`,
    }));
  },
};

/**
 * Builds what `loadScript` loads: the parameters are those of its `Body`.
 * @param {import('esbuild').BuildOptions} options
 * @returns {Promise<string>} its name, which is another one for another text
 */
async function writeScript(folder, name, options) {
  const { outputFiles } = await build({
    ...options,
    write: false,
    format: 'cjs',
    banner: {
      js: '(function (module, exports, require, importBeside, scriptUrl, scriptFolder) { const scriptModule = module;',
    },
    footer: { js: '})' },
  });
  const { hash, text } = outputFiles[0];
  const script = `${name}-${Buffer.from(hash, 'base64').toString('hex')}.cjs`;
  const asScript = text
    // `import` of a script's own would be Node's, and is experimental there.
    .replace(/\bimport\(/g, 'importBeside(')
    // Regular expressions alone are left with other characters; as ASCII the text takes half the memory.
    .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, script), asScript);
  return script;
}

/**
 * Loads a library when something of it is first used, not when a file that may use it is loaded: a run that changes
 * nothing parses no YAML. The library is a script of its own beside the chunks.
 * @param {string} library
 * @returns {import('esbuild').Plugin}
 */
function whenUsed(library) {
  return {
    name: 'when-used',
    setup({ onResolve, onLoad, initialOptions: { outdir, target, platform, minify } }) {
      const written = writeScript(outdir, library, {
        entryPoints: [library],
        bundle: true,
        target,
        platform,
        minify,
      });
      onResolve({ filter: new RegExp(`^${library}$`) }, ({ path, importer }) =>
        /[\\/]node_modules[\\/]/.test(importer) ? undefined : { path, namespace: 'when-used' },
      );
      onLoad({ filter: /(?:)/, namespace: 'when-used' }, async ({ path }) => {
        const names = Object.keys(createRequire(import.meta.url)(path));
        const getters = names.map((name) => `${name}: { enumerable: true, get: () => load().${name} }`);
        return {
          contents: `let loaded; const load = () => (loaded ??= requireBeside('./${await written}')); Object.defineProperties(exports, {${getters.join(',')}});`,
        };
      });
    },
  };
}

/**
 * Of the manifest, only the version is asked for here; the rest is for the editor, and a tenth of what a run would load.
 * @type {import('esbuild').Plugin}
 */
const versionOnly = {
  name: 'version-only',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8'));
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};

/** Parts of Node that are loaded before any program is. */
const alwaysThere = new Set([
  'node:events',
  'node:fs',
  'node:path',
  'node:process',
  'node:timers',
  'node:util',
]);

/**
 * Takes Node's own modules without `import`, which reads every export of one, and a getter among them may load ten
 * times as much (`node:crypto`: the whole web cryptography). Those that Node has to load first wait for the first call.
 * @type {import('esbuild').Plugin}
 */
const builtinsAsTheyAre = {
  name: 'builtins-as-they-are',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement'
        ? { path, namespace: 'builtin', sideEffects: false }
        : { path, external: true },
    );
    onLoad({ filter: /(?:)/, namespace: 'builtin' }, ({ path }) => {
      const builtin = createRequire(import.meta.url)(path);
      const from = `process.getBuiltinModule('${path}')`;
      const exported = Object.keys(builtin).map((name) => {
        const isFunction = typeof builtin[name] === 'function' && /^[a-z]/.test(name);
        return isFunction && !alwaysThere.has(path)
          ? `export const ${name} = (...given) => ${from}.${name}(...given);`
          : `export const ${name} = /* @__PURE__ */ (() => builtin.${name})();`;
      });
      const whole = [`const builtin = /* @__PURE__ */ (() => ${from})();`, 'export default builtin;'];
      return { contents: [...whole, ...exported].join('\n') };
    });
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
  define: { __dirname: 'import.meta.dirname', __filename: 'import.meta.filename' },
  plugins: [withoutUnused, builtinsAsTheyAre],
  logLevel: 'warning',
};

/** The editor API exists only inside the editor, so only its bundle may leave it unresolved. */
const extension = {
  ...shared,
  // The second is what git starts to ask in the window; it is a program of its own.
  entryPoints: { extension: 'src/vscode/extension.ts', askpass: 'src/vscode/askpass/askpass.ts' },
  outdir: 'dist/extension',
  external: ['vscode'],
  // Its other form loads its parts by names that no bundler follows; the YAML language service fails on them.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
};

/** All of the command line but its start. */
const commandLine = {
  ...shared,
  entryPoints: { main: 'src/cli/main.ts' },
  outdir: 'dist/cli',
  outExtension: { '.js': '.mjs' },
  plugins: [...shared.plugins, versionOnly, whenUsed('yaml')],
};

/**
 * The start, which shares no chunk with the rest and loads the scripts for all of them: a file more would take Node a
 * millisecond. It is CommonJS, for which Node sets up no loader of modules: a run that changes nothing needs none.
 * @param {string} main what stands for the source file of that name
 * @returns {import('esbuild').BuildOptions}
 */
const start = (main) => ({
  bundle: true,
  platform: 'node',
  target: shared.target,
  format: 'cjs',
  minify: true,
  stdin: {
    contents:
      "#!/usr/bin/env node\nimport './towline.ts'; export { loadScript } from './scripts/loadScript.ts';",
    resolveDir: 'src/cli',
  },
  outfile: `${commandLine.outdir}/towline.js`,
  define: {
    'import.meta.dirname': '__dirname',
    'import.meta.filename': '__filename',
    'import.meta.main': 'isStart',
  },
  banner: { js: '"use strict"; const isStart = require.main === module;' },
  external: ['./main.mjs'],
  plugins: [
    {
      name: 'rest',
      setup: ({ onLoad }) => onLoad({ filter: /[\\/]cli[\\/]main\.ts$/ }, () => ({ contents: main })),
    },
  ],
});

/**
 * What is loaded together, as one file each, because each further one costs as much as running it: what every
 * `towline run` executes, what a run of tests adds, a build and push, and a proposal.
 */
const together = [
  ['src/cli/main.ts', 'src/cli/commands/run.ts', 'src/adapters/docker/loadEndpoint.ts'],
  ['src/domain/config/loadWorkspace.ts'],
  ['src/engine/steps/runTests.ts'],
  ['src/cli/print/liveProgress.ts'],
  [
    'src/adapters/docker/dockerClient.ts',
    'src/adapters/docker/describeEngine.ts',
    'src/adapters/docker/images.ts',
    'src/adapters/docker/buildImage.ts',
    'src/adapters/docker/openSession.ts',
    'src/adapters/docker/pushImage.ts',
    'src/adapters/docker/containers.ts',
    'node_modules/dockerode/lib/docker.js',
    'node_modules/protobufjs/minimal.js',
    'node_modules/@grpc/grpc-js/build/src/index.js',
  ],
  ['src/engine/proposals/manifestFiles.ts'],
];

/**
 * Makes the chunks that each group's roots load at once one script, whose compiled code `loadScript` keeps; the file of
 * the first root has its exports. The others stay as doors to it, because chunks that are loaded later ask for them; a
 * group that comes later asks the script itself.
 * @param {import('esbuild').Metafile} metafile
 * @param {readonly (readonly string[])[]} groups
 * @returns {Promise<string>} the first group's script
 */
async function joinChunks({ outputs }, groups) {
  const chunkOf = (source) => Object.keys(outputs).find((chunk) => outputs[chunk].entryPoint === source);
  const firsts = new Set(groups.map(([first]) => chunkOf(first)));
  const doors = new Set();
  const scripts = new Map();
  for (const roots of groups) {
    const joined = new Set(roots.map(chunkOf));
    for (const chunk of joined)
      for (const { path, kind } of outputs[chunk].imports)
        if (kind === 'import-statement' && path in outputs && !doors.has(path) && !firsts.has(path))
          joined.add(path);
    const [first, ...others] = joined;
    scripts.set(first, await joinGroup(outputs, [first, ...others], doors, scripts));
    for (const chunk of others) doors.add(chunk);
  }
  return scripts.get(chunkOf(groups[0][0]));
}

/**
 * @param {import('esbuild').Metafile['outputs']} outputs
 * @param {readonly string[]} chunks the first becomes the file of all
 * @param {ReadonlySet<string>} doors of earlier groups
 * @param {ReadonlyMap<string, string>} scripts of earlier groups, by their first chunk
 * @returns {Promise<string>} name of the script, which is another one for another text
 */
async function joinGroup(outputs, chunks, doors, scripts) {
  const [first] = chunks;
  const nameOf = (index, name) => (index === 0 ? name : `_${index}_${name}`);
  const exported = chunks.map((chunk, index) => ({
    chunk,
    names: outputs[chunk].exports.map((name) => [name, nameOf(index, name)]),
  }));
  const all = exported.flatMap(({ names }) => names.map(([, outer]) => outer));
  const listed = (names, format) => names.map(([inner, outer]) => format(inner, outer)).join(',');
  const script = await writeScript(dirname(first), basename(first).replace(/(-[A-Z\d]{8})?\.mjs$/, ''), {
    ...shared,
    splitting: false,
    define: { 'import.meta.url': 'scriptUrl', 'import.meta.dirname': 'scriptFolder' },
    stdin: {
      contents: [
        ...exported.map(({ chunk, names }) => {
          const list = listed(names, (inner, outer) => `${inner} as ${outer}`);
          return `import {${list}} from './${basename(chunk)}';`;
        }),
        // What esbuild makes of exports is a getter each, and a copy of it, at every start.
        `scriptModule.exports = {${all}};`,
      ].join('\n'),
      resolveDir: dirname(first),
    },
    plugins: [
      chunksOutside(
        new Set([...chunks, ...doors].map((chunk) => basename(chunk))),
        new Map([...scripts].map(([chunk, script]) => [basename(chunk), script])),
      ),
    ],
  });
  await writeFile(
    first,
    `import { createRequire } from 'node:module';
const { loadScript } = createRequire(import.meta.url)('./towline.js');
export const {${all}} = loadScript(\`\${import.meta.dirname}/${script}\`);
`,
  );
  for (const { chunk, names } of exported.slice(1)) {
    const list = listed(names, (inner, outer) => `${outer} as ${inner}`);
    await writeFile(chunk, `export {${list}} from './${basename(first)}';\n`);
  }
  return script;
}

/**
 * @param {ReadonlySet<string>} inside chunks that are joined
 * @param {ReadonlyMap<string, string>} scripts what to ask in place of a chunk
 * @returns {import('esbuild').Plugin}
 */
function chunksOutside(inside, scripts) {
  return {
    name: 'chunks-outside',
    setup({ onResolve }) {
      onResolve({ filter: /^\.\// }, ({ path, kind }) => {
        const name = basename(path);
        const script = kind === 'import-statement' ? scripts.get(name) : undefined;
        if (script) return { path: `./${script}`, external: true };
        return inside.has(name) ? undefined : { path, external: true };
      });
    },
  };
}

/** @param {import('esbuild').Metafile} metafile */
function checkRequired({ outputs }) {
  for (const [chunk, { imports }] of Object.entries(outputs))
    for (const { path, kind, external } of imports)
      if (external && kind === 'require-call' && !isBuiltin(path))
        throw new Error(`${chunk} asks for ${path}, which is neither in it nor a part of Node`);
}

await rm('dist', { recursive: true, force: true });
await mkdir(commandLine.outdir, { recursive: true });
// Else Node reads the whole manifest of the extension, in every process, to know what kind of modules these are.
await writeFile(`${commandLine.outdir}/package.json`, '{"type":"commonjs"}\n');
if (process.argv.includes('--watch')) {
  await build(start("export const main = async (words) => (await import('./main.mjs')).main(words);"));
  for (const options of [extension, commandLine]) await (await context(options)).watch();
} else {
  const [{ metafile }, built] = await Promise.all([build(commandLine), build(extension)]);
  checkRequired(metafile);
  checkRequired(built.metafile);
  const script = await joinChunks(metafile, together);
  await build(
    start(
      `import { loadScript } from './scripts/loadScript.ts'; export const { main } = loadScript(\`\${__dirname}/${script}\`);`,
    ),
  );
}
