import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CliPlace } from './cliProcess.ts';
import { type FixtureFile, type GitSandbox, makeGitSandbox, writeFiles } from './gitFixture.ts';

export type WorkspaceFiles = Readonly<Record<string, FixtureFile | undefined>>;

export interface WorkspaceOptions {
  /** On top of a service `api` with a passing test and an environment `dev`; undefined takes a file out. */
  readonly files?: WorkspaceFiles;
  /** Top-level keys of towline.yaml on top of the usual ones; undefined takes one out. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** The service's part of towline.yaml, on top of the usual. */
  readonly api?: Readonly<Record<string, unknown>>;
  /** The environment's part of towline.yaml, on top of the usual. */
  readonly dev?: Readonly<Record<string, unknown>>;
  /** Whether there is an `origin` that has `main`. */
  readonly remote?: boolean;
  /** Whether the files are committed; else the branch is unborn. */
  readonly commit?: boolean;
}

/** A repository with a service and an environment, a bare remote beside it, and a HOME of its own. */
export interface CliWorkspace extends CliPlace {
  readonly sandbox: GitSandbox;
  /** Folder of the bare repository. */
  readonly remote: string;
  /** Registry and path below which this workspace alone pushes. */
  readonly registry: string;
  /** `<registry>/api` */
  readonly image: string;
  git(...args: readonly string[]): string;
  remoteGit(...args: readonly string[]): string;
  write(files: WorkspaceFiles): void;
  /** Writes files, commits everything and pushes `main` where there is a remote; gives the commit. */
  commit(files: WorkspaceFiles, options?: { readonly push?: boolean }): string;
  /** towline.yaml as `makeWorkspace` wrote it, with other top-level keys. */
  configuration(changes: Readonly<Record<string, unknown>>): string;
}

export const passingTest = "import test from 'node:test';\ntest('adds', () => {});\n";
export const failingTest =
  "import assert from 'node:assert';\nimport test from 'node:test';\n\ntest('adds', () => {\n  assert.equal(1 + 1, 3);\n});\n";

/** A Deployment whose container runs an image by this name. */
export function deploymentOf(name: string, image: string): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector:
    matchLabels: {app: ${name}}
  template:
    metadata:
      labels: {app: ${name}}
    spec:
      containers:
        - name: ${name} # the one container
          image: ${image}
`;
}

/** A kustomization of `deployment.yaml` that pins images: name → new name. */
export function kustomizationOf(images: Readonly<Record<string, string>>): string {
  const lines = Object.entries(images).map(
    ([name, newName]) => `  - name: ${name}\n    newName: ${newName}\n    newTag: "0"  # by hand\n`,
  );
  return `# What runs where\nresources:\n  - deployment.yaml\nimages:\n${lines.join('')}`;
}

/** A service whose image is one file. */
export function serviceFiles(folder: string, content = folder): Record<string, FixtureFile> {
  return {
    [`${folder}/Dockerfile`]: 'FROM scratch\nCOPY message.txt /\n',
    [`${folder}/message.txt`]: `${content}\n`,
    [`${folder}/package.json`]: '{"type": "module", "scripts": {"test": "node --test"}}\n',
    [`${folder}/test/works.test.js`]: passingTest,
  };
}

export function makeWorkspace(registryHost: string, options: WorkspaceOptions = {}): CliWorkspace {
  const sandbox = makeGitSandbox();
  const registry = `${registryHost}/w${randomBytes(4).toString('hex')}`;
  const image = `${registry}/api`;
  const environment = isolatedEnvironment(sandbox);
  const folder = sandbox.makeRepository();
  const remote = sandbox.makeBareRemote();
  const git = (...args: readonly string[]) => sandbox.git(folder, ...args);

  function configuration(changes: Readonly<Record<string, unknown>>): string {
    const usual = {
      registry,
      services: { api: { path: 'services/api', image: 'api', tests: ['node', '--test'], ...options.api } },
      environments: { dev: { path: 'deploy/dev', ...options.dev } },
      ...options.config,
    };
    // JSON is YAML.
    return `${JSON.stringify({ ...usual, ...changes }, undefined, 2)}\n`;
  }
  function write(files: WorkspaceFiles): void {
    writeFiles(folder, withoutUndefined(files));
  }
  function commit(files: WorkspaceFiles, { push = options.remote ?? true } = {}): string {
    write(files);
    const id = sandbox.commitAll(folder, 'Change');
    if (push) git('push', '--quiet', '--no-verify', 'origin', 'HEAD:main');
    return id;
  }

  if (options.remote ?? true) git('remote', 'add', 'origin', remote);
  const files: WorkspaceFiles = {
    ...serviceFiles('services/api'),
    'deploy/dev/kustomization.yaml': kustomizationOf({ api: image }),
    'deploy/dev/deployment.yaml': deploymentOf('api', 'api'),
    'towline.yaml': configuration({}),
    ...options.files,
  };
  if (options.commit ?? true) commit(files);
  else write(files);

  return {
    sandbox,
    folder,
    remote,
    registry,
    image,
    environment,
    git,
    remoteGit: (...args) => sandbox.git(remote, ...args),
    write,
    commit,
    configuration,
  };
}

/** Nothing of the machine's but PATH and the engine's address. */
function isolatedEnvironment(sandbox: GitSandbox): Record<string, string> {
  const data = join(sandbox.folder, 'data');
  const dockerConfig = join(sandbox.folder, 'docker');
  mkdirSync(data);
  mkdirSync(dockerConfig);
  return {
    ...sandbox.environment,
    // The Node that runs the tests is the one that services' tests find.
    PATH: `${dirname(process.execPath)}:${sandbox.environment.PATH}`,
    XDG_DATA_HOME: data,
    TOWLINE_DATA: data,
    // Not what is tested, and compiled anew for each test otherwise.
    NODE_COMPILE_CACHE: join(tmpdir(), 'towline-tests-code'),
    DOCKER_CONFIG: dockerConfig,
    ...(process.env.DOCKER_HOST === undefined ? {} : { DOCKER_HOST: process.env.DOCKER_HOST }),
  };
}

function withoutUndefined(files: WorkspaceFiles): Record<string, FixtureFile> {
  return Object.fromEntries(
    Object.entries(files).filter((entry): entry is [string, FixtureFile] => entry[1] !== undefined),
  );
}

/** Names of the proposal branches on the remote. */
export function proposalBranches({ remoteGit }: CliWorkspace): readonly string[] {
  return remoteGit('for-each-ref', '--format=%(refname:short)', 'refs/heads/towline')
    .split('\n')
    .filter(Boolean);
}

/** Removed and added lines of a branch, without context, each after its file's name. */
export function diffLines(git: (...args: readonly string[]) => string, branch: string): readonly string[] {
  const diff = git('diff', '--unified=0', '--no-color', `main...${branch}`);
  let file = '';
  return diff.split('\n').flatMap((line) => {
    if (line.startsWith('+++ ')) file = line.slice(6);
    return /^[-+](?![-+]{2} )/.test(line) ? `${file}: ${line}` : [];
  });
}

/** What `diffLines` gives for a proposal to a kustomization of `kustomizationOf`. */
export function imageLines(
  file: string,
  { tag, digest }: { readonly tag: string; readonly digest: string },
): readonly string[] {
  return [
    `${file}: -    newTag: "0"  # by hand`,
    `${file}: +    newTag: "${tag}"  # by hand`,
    `${file}: +    digest: "${digest}"`,
  ];
}

/** Images on the engine whose name begins with the workspace's registry path. */
export function imagesOnEngine({ registry }: Pick<CliWorkspace, 'registry'>): readonly string[] {
  return docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', `${registry}/*`)
    .split('\n')
    .filter(Boolean);
}

/** Runs the engine's own client. */
export function docker(...args: readonly string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Ids of processes on this machine, those of containers among them, whose command line ends like this. */
export function runningPrograms(commandLine: string): readonly string[] {
  return readdirSync('/proc').filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const words = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
      return words.endsWith(commandLine);
    } catch {
      return false;
    }
  });
}
