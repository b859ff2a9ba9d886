import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '../../src/adapters/registry/createRegistry.ts';
import { type LabRegistry, startRegistry } from '../lab/registry.ts';
import { createTestEngine, unhurried } from './dockerBuilds.ts';
import { type CheckoutSnapshot, type FixtureFile, makeGitSandbox, snapshotCheckout } from './gitFixture.ts';

/** What a run leaves behind in the world, as plain data for `deepEqual`. */
export interface EndState {
  /** `repository:tag digest` of everything in the registry. */
  readonly images: readonly string[];
  /** Branches of the remote beside `main`. */
  readonly branches: readonly BranchState[];
}

export interface BranchState {
  readonly name: string;
  readonly commits: number;
  /** How often the remote was made to move it. */
  readonly moves: number;
  readonly diff: string;
}

/** Git's locks count as leftovers; those of a dead Towline are its own. */
export type Checkout = Omit<CheckoutSnapshot, 'locks'>;

/** A repository with a bare remote and a registry of its own, put back to its beginning for every trial. */
export interface FaultWorkspace extends AsyncDisposable {
  readonly repository: string;
  readonly remote: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The user's checkout as it was at the beginning. */
  readonly checkout: Checkout;
  readCheckout(): Checkout;
  /** Everything as before the first run: repository, remote, registry and the engine's tags. */
  reset(): Promise<void>;
  endState(): Promise<EndState>;
  /** What no run may leave: temporary files, locks of Git, processes in the repository. One line each. */
  leftovers(): readonly string[];
}

export interface FaultWorkspaceOptions {
  readonly services: readonly string[];
  /** The script that tests each service. */
  readonly check?: string;
  readonly dockerfile?: string;
  /** A static busybox that is put beside each Dockerfile. */
  readonly shell?: string;
}

function filesOf(
  host: string,
  { services, check, dockerfile, shell }: FaultWorkspaceOptions,
): Record<string, FixtureFile> {
  const config = [
    `registry: ${host}`,
    'services:',
    ...services.map((name) => `  ${name}: {path: ${name}, image: fault/${name}, tests: [sh, check.sh]}`),
    'environments:',
    '  dev: {path: deploy}',
    '',
  ];
  const manifests = services.map(
    (name) =>
      `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: ${name}\n          image: ${host}/fault/${name}:old # kept\n`,
  );
  return {
    'towline.yaml': config.join('\n'),
    'deploy/all.yaml': manifests.join('---\n'),
    ...Object.fromEntries(
      services.flatMap((name) => [
        [`${name}/Dockerfile`, dockerfile ?? 'FROM scratch\nCOPY page.txt /page.txt\n'],
        [`${name}/page.txt`, `${name} of ${host}\n`],
        [`${name}/check.sh`, check ?? 'test -s page.txt && echo fine\n'],
        ...(shell === undefined ? [] : [[`${name}/busybox`, copyOf(shell)] as const]),
      ]),
    ),
  };
}

function copyOf(file: string): FixtureFile {
  return { content: readFileSync(file), executable: true };
}

export async function makeFaultWorkspace(options: FaultWorkspaceOptions): Promise<FaultWorkspace> {
  const sandbox = makeGitSandbox();
  const storage = join(sandbox.folder, 'images');
  const registry = await startRegistry({ storage });
  const live = join(sandbox.folder, 'live');
  const pristine = join(sandbox.folder, 'pristine');
  const temporary = join(live, 'temporary');
  mkdirSync(live);
  const remote = sandbox.makeBareRemote('live/remote.git');
  sandbox.git(remote, 'config', 'core.logAllRefUpdates', 'always');
  const repository = sandbox.makeRepository({
    name: 'live/repository',
    files: filesOf(registry.host, options),
    remote,
  });
  mkdirSync(temporary);
  execFileSync('cp', ['-a', live, pristine]);
  const engine = createTestEngine();
  const tags = new Set<string>();

  function readCheckout(): Checkout {
    const { locks: _, ...checkout } = snapshotCheckout(repository);
    return checkout;
  }

  async function reset(): Promise<void> {
    rmSync(live, { recursive: true, force: true, maxRetries: 5 });
    rmSync(join(storage, 'docker'), { recursive: true, force: true });
    execFileSync('cp', ['-a', pristine, live]);
    for (const tag of tags) await engine.removeImage(tag, unhurried);
    tags.clear();
    Object.assign(workspace, { checkout: readCheckout() });
  }

  const workspace: FaultWorkspace = {
    repository,
    remote,
    environment: {
      ...sandbox.environment,
      TMPDIR: temporary,
      TOWLINE_DATA: join(live, 'data'),
    },
    checkout: readCheckout(),
    readCheckout,
    reset,
    async endState() {
      const images = await readImages(registry);
      for (const image of images) tags.add(image.split(' ')[0] ?? '');
      return { images: images.toSorted(), branches: readBranches(sandbox.git, remote) };
    },
    leftovers: () => [
      ...readdirSync(temporary).map((name) => `temporary ${name}`),
      ...locksOf(join(repository, '.git')),
      ...processesIn(live),
    ],
    async [Symbol.asyncDispose]() {
      await workspace.endState();
      for (const tag of tags) await engine.removeImage(tag, unhurried);
      await registry.stop();
      sandbox.remove();
    },
  };
  return workspace;
}

async function readImages({ host, url }: LabRegistry): Promise<readonly string[]> {
  const registry = createRegistry();
  const { repositories } = (await (await fetch(`${url}/v2/_catalog`)).json()) as { repositories: string[] };
  const images = repositories.map(async (repository) => {
    const answer = await fetch(`${url}/v2/${repository}/tags/list`);
    const { tags } = (await answer.json()) as { tags?: string[] | null };
    return Promise.all(
      (tags ?? []).map(async (reference) => {
        const digest = await registry.findDigest(
          { registry: host, repository, reference },
          undefined,
          unhurried,
        );
        return `${host}/${repository}:${reference} ${digest}`;
      }),
    );
  });
  return (await Promise.all(images)).flat();
}

function readBranches(
  git: (folder: string, ...args: readonly string[]) => string,
  remote: string,
): readonly BranchState[] {
  const names = git(remote, 'for-each-ref', '--format=%(refname:short)', 'refs/heads/').split('\n');
  return names
    .filter((name) => name !== 'main')
    .map((name) => ({
      name,
      commits: Number(git(remote, 'rev-list', '--count', `main..${name}`)),
      moves: readFileSync(join(remote, 'logs/refs/heads', name), 'utf8')
        .trim()
        .split('\n').length,
      diff: git(remote, 'diff', 'main', name),
    }));
}

/** Locks that Git itself would stumble over. */
function locksOf(gitFolder: string): readonly string[] {
  return readdirSync(gitFolder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.lock') && !name.startsWith('towline/runs/'))
    .map((name) => `lock ${name}`);
}

/** Programs that work below a folder now. */
function processesIn(folder: string): readonly string[] {
  if (!existsSync('/proc/self/cwd')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const at = readlinkSync(`/proc/${pid}/cwd`);
        return at.startsWith(folder) ? `process ${readFileSync(`/proc/${pid}/cmdline`, 'utf8')}` : [];
      } catch {
        return [];
      }
    });
}
