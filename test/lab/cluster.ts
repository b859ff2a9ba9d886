import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram, installPackages, mayInstallPackages, type Say } from './debianPackages.ts';
import { execute, executeOrThrow } from './execute.ts';
import { labCache } from './labCache.ts';

export interface LabCluster {
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Whether packages may be installed. */
  readonly install: boolean;
  readonly say: Say;
}

const scripts = join(import.meta.dirname, 'cluster');

/** What the cluster's parts and their build need beside the engine. */
const packages = [
  'etcd-server',
  'gcc',
  'libc6-dev',
  'busybox-static',
  'openssl',
  'curl',
  'dpkg-dev',
  'xz-utils',
];

/**
 * A real Kubernetes with one real node on this machine's Docker engine. Where kind is, its cluster `towline-lab`; on
 * Debian as root one that is built once from Debian's source package (two to five minutes) and kept in the user's cache.
 * Throws with the reason where there can be none.
 */
export async function startCluster(options: ClusterOptions): Promise<LabCluster> {
  return (await findProgram('kind')) ? startKind(options.say) : startOwn(options);
}

let preparing: Promise<string> | undefined;

/**
 * Builds what `startCluster` starts, as far as it has to be built here; meant for while other things go on. Whoever asks
 * while it is under way waits for that one.
 */
export function prepareCluster(options: ClusterOptions): Promise<string> {
  preparing ??= prepareOnce(options);
  return preparing;
}

async function prepareOnce({ install, say }: ClusterOptions): Promise<string> {
  if (!(await mayInstallPackages())) throw new Error('no cluster: it needs kind, or Debian as root');
  if (!(await findProgram('kubectl'))) throw new Error('no cluster: kubectl is not on PATH');
  const missing = [];
  for (const [program, name] of [
    ['etcd', 'etcd-server'],
    ['gcc', 'gcc'],
    ['busybox', 'busybox-static'],
    ['openssl', 'openssl'],
    ['curl', 'curl'],
  ] as const)
    if (!(await findProgram(program))) missing.push(name);
  if (missing.length > 0) {
    if (!install)
      throw new Error(`no cluster: ${missing.join(', ')} missing (npm test -- --yes installs them)`);
    await installPackages(packages, say);
  }
  const folder = join(labCache(), `kubernetes-${await recipeKey()}`);
  // The build looks whether it is there already.
  await executeOrThrow('nice', ['-n', '10', 'bash', join(scripts, 'build.sh'), folder], { timeout: 1200 });
  return folder;
}

/**
 * The API server and its store with its controllers, without a node, on ports of its own; built as the cluster is. The
 * store lies in memory where it can: the machine's disk is not what is looked at.
 */
export async function startControlPlane(
  options: ClusterOptions,
): Promise<LabCluster & { readonly store: string }> {
  return startOwn(options, 'control');
}

/**
 * The cluster that TOWLINE_LAB_KUBECONFIG names, and left as it is, else one of the lab's own: images that are pushed to a
 * port of this machine can be pulled there at once, which a new kind cluster has to be taught.
 */
export async function useCluster(options: ClusterOptions): Promise<LabCluster> {
  const kubeconfig = process.env.TOWLINE_LAB_KUBECONFIG;
  return kubeconfig ? { kubeconfig, stop: () => Promise.resolve() } : startOwn(options);
}

/** `store` is the address of its etcd. */
async function startOwn(
  options: ClusterOptions,
  mode: 'control' | 'all' = 'all',
): Promise<LabCluster & { readonly store: string }> {
  const programs = await prepareCluster(options);
  const parent = mode === 'control' && existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const folder = await mkdtemp(join(parent, 'towline-cluster-'));
  const run = join(folder, 'run');
  const env = { LAB_PORT: String(await freePort()), LAB_ETCD: String(await freePort()) };
  const stop = async (): Promise<void> => {
    await execute('bash', [join(scripts, 'down.sh'), programs, run], { timeout: 120 });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await executeOrThrow('bash', [join(scripts, 'up.sh'), programs, run, mode], { env, timeout: 180 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig: join(run, 'kubeconfig'), store: `http://127.0.0.1:${env.LAB_ETCD}`, stop };
}

async function startKind(say: Say): Promise<LabCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-cluster-'));
  const kubeconfig = join(folder, 'kubeconfig');
  say('Creating the kind cluster towline-lab');
  const create = ['create', 'cluster', '--name', 'towline-lab', '--kubeconfig', kubeconfig, '--wait', '120s'];
  const stop = async (): Promise<void> => {
    await execute('kind', ['delete', 'cluster', '--name', 'towline-lab', '--kubeconfig', kubeconfig]);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await executeOrThrow('kind', create, { timeout: 600 });
  } catch (error) {
    await stop();
    throw error;
  }
  return { kubeconfig, stop };
}

async function recipeKey(): Promise<string> {
  const hash = createHash('sha256');
  for (const file of ['build.sh', 'kube-all.go', 'socat']) hash.update(await readFile(join(scripts, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Two in a row are needed by etcd, so the range is one that nothing else here uses. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}
