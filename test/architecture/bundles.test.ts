import assert from 'node:assert/strict';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { describe, it } from 'mocha';
import { repositoryRoot } from './sources.ts';

/** Packages that cost tens of milliseconds to load; a command that does not use one must not pay for it. */
const heavy = [
  '@grpc/grpc-js',
  'chokidar',
  'cross-spawn',
  'docker-modem',
  'dockerode',
  'log-update',
  'protobufjs',
  'simple-git',
  'ssh2',
  'tar-stream',
];

async function bundle(entryPoints: readonly string[], options: BuildOptions = {}): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [...entryPoints],
    absWorkingDir: repositoryRoot,
    bundle: true,
    platform: 'node',
    format: 'esm',
    splitting: true,
    write: false,
    metafile: true,
    outdir: 'nowhere',
    external: ['cpu-features', '*.node', 'vscode'],
    logLevel: 'silent',
    ...options,
  });
  assert.ok(metafile);
  return metafile;
}

/** Packages in the chunks that are loaded with these modules, and everything those import at once. */
function packagesLoadedWith({ outputs }: Metafile, modules: readonly string[]): readonly string[] {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    const output = outputs[path];
    if (!output || seen.has(path)) return;
    seen.add(path);
    for (const input of Object.keys(output.inputs)) {
      const name = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
      if (name !== undefined) packages.add(name);
    }
    for (const imported of output.imports) if (imported.kind === 'import-statement') visit(imported.path);
  };
  const entries = Object.entries(outputs).filter(
    ([, { entryPoint }]) => entryPoint !== undefined && modules.includes(entryPoint),
  );
  assert.equal(entries.length, modules.length, 'each of the modules starts a chunk');
  for (const [path] of entries) visit(path);
  return [...packages].sort();
}

describe('the bundles', function () {
  this.timeout(30_000);

  it('of the command line load no SDK before a run needs one', async () => {
    const loaded = packagesLoadedWith(await bundle(['src/cli/towline.ts']), [
      'src/cli/towline.ts',
      'src/cli/main.ts',
      'src/cli/commands/run.ts',
    ]);
    assert.ok(loaded.includes('commander'));
    assert.deepEqual(
      loaded.filter((name) => heavy.includes(name)),
      [],
    );
  });

  it('of the editor load no SDK when it is activated', async () => {
    const loaded = packagesLoadedWith(await bundle(['src/vscode/extension.ts']), ['src/vscode/extension.ts']);
    assert.deepEqual(
      loaded.filter((name) => heavy.includes(name)),
      [],
    );
  });

  it('hold the SDKs in chunks of their own', async () => {
    const { inputs } = await bundle(['src/cli/towline.ts']);
    assert.ok(Object.keys(inputs).some((path) => path.includes('node_modules/docker-modem/')));
  });

  it('show an SDK that is imported at once', async () => {
    const contents = "import 'tar-stream'; export const late = () => import('cross-spawn');";
    const planted = await bundle([], {
      stdin: { contents, resolveDir: repositoryRoot, sourcefile: 'planted.ts' },
    });
    const loaded = packagesLoadedWith(planted, ['planted.ts']);
    assert.ok(loaded.includes('tar-stream') && !loaded.includes('cross-spawn'));
  });
});
