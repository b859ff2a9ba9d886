import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { addKubeconfigEntries } from '../../domain/localCluster/addKubeconfigEntries.ts';
import type { Locality } from '../../domain/locality/locality.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { LocalRegistry } from '../registries/localRegistry.ts';
import { findKind, type KindProgram } from './kindProgram.ts';
import { contextOf, createRegistryLinks, type Link } from './registryLinks.ts';

export interface LocalClusterStatus {
  readonly name: string;
  readonly context: string;
  /** Containers that are its nodes. */
  readonly nodes: readonly {
    readonly name: string;
    readonly running: boolean;
  }[];
  readonly locality: Locality;
}

/** Clusters of kind on this machine's engine, each with a registry that its nodes pull from. */
export interface LocalCluster {
  list(signal: AbortSignal): Promise<readonly LocalClusterStatus[]>;
  /**
   * Makes a cluster, or takes over the one of that name, and links it to a registry. Cancelled or failed, nothing of it
   * stays. The current context stays what it was. Throws `command-not-found`, `cluster-not-created`,
   * `registry-not-started`.
   */
  create(
    cluster: { readonly name: string; readonly image?: string },
    onProgress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly made: boolean; readonly links: readonly Link[] }>;
  /** The registry and its images stay. Throws `command-not-found`, `cluster-unknown`. */
  delete(name: string, onProgress: (line: string) => void, signal: AbortSignal): Promise<void>;
  /** Throws `cluster-unknown`. */
  diagnose(name: string, signal: AbortSignal): Promise<readonly Link[]>;
  /** Throws `cluster-unknown`. */
  repair(name: string, onProgress: (line: string) => void, signal: AbortSignal): Promise<readonly Link[]>;
}

const clusterLabel = 'io.x-k8s.kind.cluster';
/** Cleaning up goes on after a cancel, for so long. Milliseconds. */
const cleanUpLimit = 90_000;
/** Node images from this kind on look for hosts.toml by themselves. */
const minorThatLooks = 27;
const configForOlder = `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
containerdConfigPatches:
- |-
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "/etc/containerd/certs.d"
`;

export function createLocalCluster(
  ports: Ports,
  parts: {
    readonly localRegistry: LocalRegistry;
    readonly localClusters: LocalClusters;
  },
  dataFolder: string,
): LocalCluster {
  const { clusters, containers, files, processes, stores } = ports;
  const links = createRegistryLinks(ports, parts.localRegistry, parts.localClusters);

  async function list(signal: AbortSignal): Promise<readonly LocalClusterStatus[]> {
    const all = await containers.listContainers(clusterLabel, signal);
    const names = [...new Set(all.map(({ labels }) => labels[clusterLabel] ?? ''))].sort();
    return Promise.all(
      names.map(async (name) => ({
        name,
        context: contextOf(name),
        nodes: all
          .filter(({ labels }) => labels[clusterLabel] === name)
          .map((node) => ({ name: node.name, running: node.running })),
        locality: await parts.localClusters.judge(contextOf(name), signal),
      })),
    );
  }

  async function requireCluster(name: string, signal: AbortSignal): Promise<void> {
    const all = await containers.listContainers(clusterLabel, signal);
    if (all.some(({ labels }) => labels[clusterLabel] === name)) return;
    const names = [...new Set(all.map(({ labels }) => labels[clusterLabel] ?? ''))];
    throw new TowlineError('cluster-unknown', {
      why:
        names.length === 0
          ? 'kind has no cluster on this engine'
          : `kind has no cluster ${name} on this engine; it has ${names.join(', ')}`,
    });
  }

  /** Adds the cluster's context to the file that kubectl would add it to. */
  async function addContext(kind: KindProgram, name: string, signal: AbortSignal): Promise<void> {
    const { files: read, missing } = clusters.readContexts();
    const file = read[0] ?? missing.at(-1);
    if (file === undefined) return;
    const added = addKubeconfigEntries(files.readText(file) ?? '', await kind.kubeconfig(name, signal), file);
    if ('problems' in added)
      throw new TowlineError('kubeconfig-invalid', {
        why: added.problems.map(({ message }) => message).join('\n'),
        problems: added.problems,
      });
    await files.makeFolder(join(file, '..'));
    await files.writeWhole(file, added.text, { secret: true });
  }

  /** Goes on after an abort: what was begun must go. */
  async function removeHalfMade(
    kind: KindProgram,
    name: string,
    kubeconfig: string | undefined,
  ): Promise<void> {
    const limit = AbortSignal.timeout(cleanUpLimit);
    await kind.delete(name, kubeconfig, () => undefined, limit).catch(() => undefined);
    for (const { id } of await containers.listContainers(`${clusterLabel}=${name}`, limit))
      await containers.stopContainer(id, { remove: true, volumes: true }, limit);
  }

  async function make(
    kind: KindProgram,
    { name, image }: { readonly name: string; readonly image?: string },
    onProgress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const folder = await files.makeTemporaryFolder('towline-kind-');
    try {
      const kubeconfig = join(folder, 'kubeconfig');
      const minor = Number((await kind.version(signal))?.split('.')[1] ?? minorThatLooks);
      const config = minor < minorThatLooks ? join(folder, 'config.yaml') : undefined;
      if (config !== undefined) await files.writeWhole(config, configForOlder);
      const options = {
        ...(image === undefined ? {} : { image }),
        ...(config === undefined ? {} : { config }),
      };
      await kind.create({ name, kubeconfig, ...options }, onProgress, signal);
    } finally {
      await files.remove(folder);
    }
  }

  async function create(
    cluster: { readonly name: string; readonly image?: string },
    onProgress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly made: boolean; readonly links: readonly Link[] }> {
    const { name } = cluster;
    if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/.test(name))
      throw new TowlineError('cluster-unknown', {
        why: `${JSON.stringify(name)} cannot be a cluster's name`,
        next: 'Use lower-case letters, digits, ".", and "-".',
      });
    const kind = findKind(processes, dataFolder);
    await files.makeFolder(dataFolder);
    const there = (await kind.list(signal)).includes(name);
    const { started } = await links.startRegistry(onProgress, signal);
    let begun = false;
    try {
      if (there) onProgress(`Cluster ${name} is there already; it is linked to the registry.`);
      else {
        begun = true;
        await make(kind, cluster, onProgress, signal);
      }
      await addContext(kind, name, signal);
      return { made: !there, links: await links.repair(name, onProgress, signal) };
    } catch (error) {
      if (begun) await removeHalfMade(kind, name, undefined);
      if (started) await parts.localRegistry.remove(AbortSignal.timeout(cleanUpLimit));
      throw error;
    }
  }

  const alone = <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> =>
    stores.withLock(dataFolder, 'local-cluster', work, signal);

  return {
    list,
    create: (cluster, onProgress, signal) => alone(() => create(cluster, onProgress, signal), signal),
    delete: (name, onProgress, signal) =>
      alone(async () => {
        const kind = findKind(processes, dataFolder);
        await files.makeFolder(dataFolder);
        await requireCluster(name, signal);
        await kind.delete(name, undefined, onProgress, signal);
      }, signal),
    async diagnose(name, signal) {
      await requireCluster(name, signal);
      return links.diagnose(name, signal);
    },
    repair: (name, onProgress, signal) =>
      alone(async () => {
        await requireCluster(name, signal);
        return links.repair(name, onProgress, signal);
      }, signal),
  };
}
