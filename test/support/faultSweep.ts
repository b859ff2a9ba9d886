import { chmodSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { watchFolder } from '../../src/adapters/chokidar/watchFolder.ts';
import { createRepositories } from '../../src/adapters/git/createRepositories.ts';
import { createClusters } from '../../src/adapters/kubernetes/createClusters.ts';
import { createFiles } from '../../src/adapters/node/nodeFiles.ts';
import { createProcesses } from '../../src/adapters/node/nodeProcesses.ts';
import { createStores } from '../../src/adapters/node/nodeStores.ts';
import { createSystemClock } from '../../src/adapters/node/systemClock.ts';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { RunState } from '../../src/domain/runs/runState.ts';
import { createEngine } from '../../src/engine/createEngine.ts';
import type { Ports } from '../../src/engine/ports/ports.ts';
import { unhurried } from './dockerBuilds.ts';
import { createFakeContainerEngine } from './fakeContainerEngine.ts';
import { type GitSandbox, makeGitSandbox, writeFiles } from './gitFixture.ts';

/** Steps that ran, `<service> <step>`, each with the inputs that it names as the reason. */
export type StepsRun = Readonly<Record<string, readonly string[]>>;

/** A workspace with every kind of input, on an engine and a registry in memory; Git, files and programs are real. */
export interface SweepWorkspace {
  readonly sandbox: GitSandbox;
  readonly folder: string;
  /** What Towline and the tests it starts may see; changed in place. */
  readonly environment: Record<string, string | undefined>;
  /** The ports of the next runs; a test may put others in their place. */
  ports: Ports;
  platform: string;
  commit(): void;
  write(path: string, content: string): void;
  edit(path: string, from: string, to: string): void;
  /** Puts another image behind `base:1`, when what was known of it is no longer fresh. */
  replaceBase(content: string): Promise<void>;
  /** A run by a Towline that remembers nothing but its records. */
  run(): Promise<RunState>;
  /** Whether the newest run knew without a look at them that all files are as they were. */
  knewFiles: boolean;
  /** Waits until the system's clock shows another second than that of the newest change: Git compares whole ones. */
  nextSecond(): Promise<void>;
  /** Everything as it was made, for the next flip; files get new times. */
  restore(): Promise<void>;
  remove(): void;
}

const host = 'registry.test';

const files = {
  'towline.yaml': `registry: ${host}
ignore: [.]
services:
  runtime: {path: runtime, image: shop/runtime, tests: none, build: {dockerfile: runtime/Dockerfile, context: runtime}}
  web:
    path: web
    image: shop/web
    dependsOn: [runtime]
    tests: {command: [sh, check.sh], inputs: [shared], environment: [DECLARED], timeout: 5m}
    build:
      dockerfile: docker/web.Dockerfile
      context: web
      target: final
      args: {LEVEL: "1", MODE: plain}
      platform: linux/amd64
      secrets: [{id: token, environment: SWEEP_TOKEN}, {id: key, file: private/key}]
environments:
  dev: {path: deploy, allowDirty: true}
`,
  '.gitignore': 'private/\nweb/dist/*.js\n',
  'package-lock.json': '{"lockfileVersion": 3}\n',
  'docs/readme.md': 'docs\n',
  'docker/web.Dockerfile':
    'FROM base:1 AS first\nFROM shop/runtime:latest AS final\nCOPY --from=first /x /x\nCOPY . /web\n',
  'runtime/Dockerfile': 'FROM scratch\nCOPY lib.txt /lib.txt\n',
  'runtime/lib.txt': 'lib\n',
  'shared/schema.txt': 'schema\n',
  'web/.dockerignore': 'notes.md\n',
  'web/check.sh': 'test -s a.txt\n',
  'web/a.txt': 'aaaa\n',
  'web/b.txt': 'bbbb\n',
  'web/notes.md': 'notes\n',
  'web/dist/kept.txt': 'kept\n',
  'web/link': { link: 'a.txt' },
  'deploy/web.yaml': `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  template:
    spec:
      containers:
        - name: web
          image: ${host}/shop/web:old
`,
};
/** Files that Git does not know. */
const ignored = { 'private/key': 'key\n', 'web/dist/out.js': 'out\n' };

const hour = 3_600_000;

export async function makeSweepWorkspace(): Promise<SweepWorkspace> {
  const sandbox = makeGitSandbox();
  const remote = sandbox.makeBareRemote();
  const folder = sandbox.makeRepository({ files, remote });
  const start = sandbox.git(folder, 'rev-parse', 'HEAD');
  const first: Record<string, string> = { ...sandbox.environment, DECLARED: 'one', SWEEP_TOKEN: 'token' };
  const environment: Record<string, string | undefined> = { ...first };
  const containers = createFakeContainerEngine({ registries: [host] });
  // Beyond the moment in which a file's times cannot be trusted: everything is remembered that can be.
  let ahead = 10_000;
  let proposal: string | undefined;
  /** Every image the registry was ever given; a tag that moves on does not take its old image away. */
  const held = new Set<string>();

  const stores = createStores({ watchFolder });
  const now = () => Date.now() + ahead;
  const ports: Ports = {
    clock: { ...createSystemClock(), now },
    clusters: createClusters({
      environment,
      homeFolder: sandbox.folder,
      processes: createProcesses({ environment }),
    }),
    consent: { allowBranches: () => Promise.resolve('allowed') },
    containers: {
      ...containers,
      async pushImage(reference, credential, onProgress, signal) {
        const pushed = await containers.pushImage(reference, credential, onProgress, signal);
        held.add(`${reference.slice(0, reference.lastIndexOf(':'))}@${pushed.digest}`);
        return pushed;
      },
    },
    credentials: { find: () => Promise.resolve(undefined) },
    files: createFiles(),
    processes: createProcesses({ environment }),
    registry: {
      ping: () => Promise.resolve('ready'),
      findDigest({ registry, repository, reference }) {
        const image = `${registry}/${repository}`;
        if (held.has(`${image}@${reference}`)) return Promise.resolve(reference);
        return Promise.resolve(containers.pushed.get(`${image}:${reference}`));
      },
    },
    repositories: createRepositories({
      environment: sandbox.environment,
      openRecords: stores.openRecords,
      now,
    }),
    stores,
  };

  async function replaceBase(content: string): Promise<void> {
    const place = join(sandbox.folder, 'base');
    writeFiles(place, { Dockerfile: `FROM scratch\nLABEL content=${content}\n` });
    await containers.buildImage(
      {
        contextFolder: place,
        files: [],
        dockerfile: join(place, 'Dockerfile'),
        tags: ['base:1'],
        args: {},
        labels: {},
        secrets: [],
        ssh: [],
        contexts: {},
        credentials: {},
        repositoryFolder: place,
      },
      () => undefined,
      unhurried,
    );
    ahead += 2 * hour;
  }

  const workspace: SweepWorkspace = {
    sandbox,
    folder,
    environment,
    ports,
    platform: 'linux/x64',
    commit: () => void sandbox.commitAll(folder, 'Flip'),
    write: (path, content) => writeFiles(folder, { [path]: content }),
    edit(path, from, to) {
      const text = ports.files.readText(join(folder, path)) ?? '';
      if (!text.includes(from)) throw new TowlineError('unexpected', { why: `${path} has no ${from}` });
      writeFileSync(join(folder, path), text.replace(from, to));
    },
    replaceBase,
    knewFiles: false,
    async nextSecond() {
      await new Promise((resolve) => setTimeout(resolve, 1_000 - (Date.now() % 1_000)));
    },
    async run() {
      const engine = createEngine(workspace.ports, {
        host: 'cli',
        version: '0',
        platform: workspace.platform,
        dataFolder: join(sandbox.folder, 'data'),
      });
      const opened = await engine.open(folder, unhurried);
      workspace.knewFiles = opened.state.same !== undefined;
      const request = { services: [], environment: 'dev', until: 'propose', anyway: false } as const;
      const state = await engine.run(opened, { request }, unhurried);
      proposal ||= sandbox.git(
        remote,
        'for-each-ref',
        '--format=%(objectname)',
        'refs/heads/towline/dev/web',
      );
      return state;
    },
    async restore() {
      for (const name of Object.keys(environment)) delete environment[name];
      Object.assign(environment, first);
      process.env.SWEEP_TOKEN = 'token';
      workspace.ports = ports;
      workspace.platform = 'linux/x64';
      sandbox.git(folder, 'reset', '--quiet', '--hard', start);
      sandbox.git(folder, 'clean', '--quiet', '-ffdx');
      writeFiles(folder, ignored);
      for (const path of ['web', 'web/dist']) chmodSync(join(folder, path), 0o755);
      // A whole second, which can be put back exactly.
      utimesSync(join(folder, 'web/a.txt'), 1_500_000_000, 1_500_000_000);
      await replaceBase('first');
      if (proposal) sandbox.git(remote, 'update-ref', 'refs/heads/towline/dev/web', proposal);
    },
    remove() {
      delete process.env.SWEEP_TOKEN;
      sandbox.remove();
    },
  };
  await workspace.restore();
  return workspace;
}

/** Test and build steps that ran; what follows from a new image follows from these. */
export function stepsRun(state: RunState): StepsRun {
  const run: Record<string, readonly string[]> = {};
  for (const { name, steps } of state.services) {
    for (const { step, result } of steps) {
      if (result?.outcome === 'reused' || result?.outcome === 'held') continue;
      const why = result?.outcome === 'passed' ? result.why : JSON.stringify(result);
      run[`${name} ${step}`] = typeof why === 'string' ? [why] : why.map(({ input }) => input);
    }
  }
  return run;
}
