import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import {
  hostingPlace,
  hostsFile,
  hostsText,
  readHosting,
  writeHosting,
} from '../../domain/localCluster/registryHosting.ts';
import { clusterTools, mayBe } from '../../domain/locality/clusterTools.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { EngineContainer } from '../ports/containerEngine.ts';
import type { Ports } from '../ports/ports.ts';
import { defaultRegistryPort, type LocalRegistry } from '../registries/localRegistry.ts';

/** What has to hold for a node to pull what this machine pushed, in this order. */
export const linkNames = ['registry', 'network', 'hosts', 'reach', 'hosting'] as const;
export type LinkName = (typeof linkNames)[number];

export interface Link {
  readonly name: LinkName;
  readonly state: 'ok' | 'broken';
  /** One sentence. */
  readonly detail: string;
}

export interface RegistryLinks {
  /** Never fails but for an abort: what cannot be found out is a broken link. */
  diagnose(cluster: string, signal: AbortSignal): Promise<readonly Link[]>;
  /** Mends what is broken, in order, and looks again. What cannot be mended stays broken and says why. */
  repair(cluster: string, onProgress: (line: string) => void, signal: AbortSignal): Promise<readonly Link[]>;
  /**
   * The registry's container, started where there is none: that of kind's published recipe is taken over, else Towline's
   * own. Throws `registry-not-started`.
   */
  startRegistry(
    onProgress: (line: string) => void,
    signal: AbortSignal,
  ): Promise<{ readonly started: boolean }>;
}

/** Name in kind's published recipe. */
const recipeName = 'kind-registry';
const registryPort = 5000;
const fieldManager = 'towline';
const ownLabel = 'dev.towline.registry';
/** How long a registry that is started again may take to answer. Milliseconds. */
const answerLimit = 15_000;

export function createRegistryLinks(
  ports: Pick<Ports, 'clock' | 'clusters' | 'containers' | 'registry'>,
  localRegistry: LocalRegistry,
  localClusters: LocalClusters,
): RegistryLinks {
  const { clock, clusters, containers, registry } = ports;

  async function findRegistry(signal: AbortSignal): Promise<EngineContainer | undefined> {
    const known = await containers.findContainer(recipeName, signal);
    return known ?? (await containers.listContainers(ownLabel, signal))[0];
  }

  async function findNodes(cluster: string, signal: AbortSignal): Promise<readonly EngineContainer[]> {
    const [kind] = clusterTools;
    if (!kind) return [];
    const all = await containers.listContainers(`${kind.clusterLabel}=${cluster}`, signal);
    return all.filter(({ labels }) => mayBe(kind.nodeRoles, labels[kind.roleLabel]));
  }

  /** Everything that is to be known at one moment. */
  async function look(cluster: string, signal: AbortSignal) {
    const [container, nodes] = await Promise.all([findRegistry(signal), findNodes(cluster, signal)]);
    const running = nodes.filter((node) => node.running);
    const network = running.flatMap(({ networks }) => Object.keys(networks))[0];
    return {
      container,
      nodes: running,
      network,
      host: hostOf(container),
      inside: container && `${container.name}:${registryPort}`,
    };
  }
  type Look = Awaited<ReturnType<typeof look>>;

  const checks: Readonly<
    Record<LinkName, (found: Look, cluster: string, signal: AbortSignal) => Promise<string>>
  > = {
    async registry({ container, host }, _cluster, signal) {
      if (!container) throw broken(`there is no registry container (${recipeName}, or Towline's own)`);
      if (!container.running) throw broken(`container ${container.name} is stopped`);
      if (host === undefined)
        throw broken(`container ${container.name} publishes no port for ${registryPort}`);
      await registry.ping(host, undefined, signal);
      return `container ${container.name} answers on ${host}`;
    },
    async network({ container, network }) {
      if (network === undefined) throw broken('no node of the cluster runs');
      if (!container || !(network in container.networks))
        throw broken(`${container?.name ?? 'the registry'} is not on the cluster's network ${network}`);
      return `${container.name} is on the network ${network}`;
    },
    async hosts({ nodes, host, inside }, _cluster, signal) {
      if (host === undefined || inside === undefined)
        throw broken('without a registry there is nothing to name');
      for (const node of requireNodes(nodes)) {
        const { exitCode, output } = await containers.runInContainer(
          node.id,
          ['cat', hostsFile(host)],
          signal,
        );
        if (exitCode !== 0) throw broken(`${node.name} has no ${hostsFile(host)}`);
        if (!output.includes(`"http://${inside}"`))
          throw broken(`${hostsFile(host)} in ${node.name} names another registry`);
      }
      return `every node takes ${host} for ${inside}`;
    },
    async reach({ nodes, inside }, _cluster, signal) {
      if (inside === undefined) throw broken('without a registry there is nothing to reach');
      const url = `http://${inside}/v2/`;
      for (const node of requireNodes(nodes)) {
        const result = await containers.runInContainer(node.id, ['curl', '-fsS', '-m', '5', url], signal);
        if (result.exitCode !== 0)
          throw broken(`${node.name} does not reach ${url}: ${result.output.trim().slice(0, 200)}`);
      }
      return `every node reaches ${inside}`;
    },
    async hosting({ host }, cluster, signal) {
      const reads = clusters.connect(contextOf(cluster));
      try {
        const { kind, namespace, name } = hostingPlace;
        const hosting = readHosting(await reads.get(kind, namespace, name, signal));
        if (!hosting)
          throw broken(`the cluster does not say that it has a registry (ConfigMap ${namespace}/${name})`);
        if (hosting.host !== host)
          throw broken(`ConfigMap ${namespace}/${name} says ${hosting.host}, but it is ${host ?? 'none'}`);
        return `the cluster says that its registry is ${hosting.host}`;
      } finally {
        reads.dispose();
      }
    },
  };

  const repairs: Readonly<
    Record<LinkName, (found: Look, cluster: string, signal: AbortSignal) => Promise<void>>
  > = {
    async registry(_found, _cluster, signal) {
      await startRegistry(() => undefined, signal);
    },
    async network({ container, network }, _cluster, signal) {
      if (container && network !== undefined) await containers.connectNetwork(container.id, network, signal);
    },
    async hosts({ nodes, host, inside }, _cluster, signal) {
      if (host === undefined || inside === undefined) return;
      for (const node of nodes)
        await containers.writeContainerFile(node.id, hostsFile(host), hostsText(inside), signal);
    },
    // What there is to do for it, the links before it have done.
    reach: () => Promise.resolve(),
    async hosting({ host, inside }, cluster, signal) {
      if (host === undefined || inside === undefined) return;
      const writes = localClusters.openWrites(contextOf(cluster));
      await writes.apply(
        writeHosting(host, inside),
        hostingPlace.kind,
        { fieldManager, force: false },
        signal,
      );
    },
  };

  async function check(name: LinkName, found: Look, cluster: string, signal: AbortSignal): Promise<Link> {
    try {
      return { name, state: 'ok', detail: await checks[name](found, cluster, signal) };
    } catch (error) {
      signal.throwIfAborted();
      return { name, state: 'broken', detail: reasonOf(error) };
    }
  }

  async function diagnose(cluster: string, signal: AbortSignal): Promise<readonly Link[]> {
    const found = await look(cluster, signal);
    return Promise.all(linkNames.map((name) => check(name, found, cluster, signal)));
  }

  /** A program that was just started is not there at once, and tells nobody when it is. */
  async function untilItAnswers(signal: AbortSignal): Promise<void> {
    const end = clock.now() + answerLimit;
    for (;;) {
      const host = hostOf(await findRegistry(signal));
      try {
        if (host !== undefined) await registry.ping(host, undefined, signal);
        if (host !== undefined || clock.now() > end) return;
      } catch {
        signal.throwIfAborted();
        // Whoever looks next says what is wrong.
        if (clock.now() > end) return;
      }
      await clock.wait(100, signal);
    }
  }

  async function startRegistry(onProgress: (line: string) => void, signal: AbortSignal) {
    const known = await findRegistry(signal);
    if (known) {
      if (!known.running) {
        await containers.resumeContainer(known.id, signal);
        await untilItAnswers(signal);
      }
      onProgress(
        `Registry: container ${known.name}, which was there${known.running ? '' : ', started again'}.`,
      );
      return { started: false };
    }
    const before = await localRegistry.state(signal);
    if (before.kind === 'program')
      throw new TowlineError('registry-not-started', {
        why: `Towline's registry is process ${before.pid} on this machine's loopback, which nodes in containers do not reach.`,
        next: 'End it with `towline registry remove` (its images go with it); then a container takes its place.',
      });
    onProgress(`Registry: starting Towline's own on localhost:${defaultRegistryPort}.`);
    await localRegistry.start(defaultRegistryPort, signal);
    const after = await localRegistry.state(signal);
    if (after.kind === 'program') {
      await localRegistry.remove(signal);
      throw new TowlineError('registry-not-started', {
        why: 'The image registry:3 cannot be pulled, and nodes in containers do not reach a program on this machine.',
        next: 'Check the network of the engine, or load the image with `docker load`.',
      });
    }
    return { started: true };
  }

  return {
    diagnose,
    startRegistry,
    async repair(cluster, onProgress, signal) {
      const links: Link[] = [];
      for (const name of linkNames) {
        // Each repair changes what the next link finds.
        const found = await look(cluster, signal);
        let link = await check(name, found, cluster, signal);
        if (link.state === 'broken') {
          onProgress(`Repairing: ${link.detail}.`);
          try {
            await repairs[name](found, cluster, signal);
            link = await check(name, await look(cluster, signal), cluster, signal);
          } catch (error) {
            signal.throwIfAborted();
            link = { ...link, detail: `${link.detail}; it could not be repaired: ${reasonOf(error)}` };
          }
        }
        links.push(link);
      }
      return links;
    },
  };
}

/** Where this machine reaches a registry's container; of a stopped one only a label tells. */
function hostOf(container: EngineContainer | undefined): string | undefined {
  const published = container?.ports.find(({ containerPort }) => containerPort === registryPort)?.hostPort;
  const port = published ?? (Number(container?.labels[ownLabel]) || undefined);
  return port === undefined ? undefined : `localhost:${port}`;
}

/** kind's own name for the context of a cluster. */
export function contextOf(cluster: string): string {
  return `kind-${cluster}`;
}

/** A reason and nothing else, among errors that say more. */
class Broken extends Error {}

function broken(why: string): Broken {
  return new Broken(why);
}

function reasonOf(error: unknown): string {
  if (error instanceof Broken) return error.message;
  const { what, why } = failureOf(error);
  return `${what}: ${why}`;
}

function requireNodes(nodes: readonly EngineContainer[]): readonly EngineContainer[] {
  if (nodes.length === 0) throw broken('no node of the cluster runs');
  return nodes;
}
