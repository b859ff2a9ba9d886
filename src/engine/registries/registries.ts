import { TowlineError } from '../../domain/errors/towlineError.ts';
import { registryPlace, targetRepository } from '../../domain/images/targetRepository.ts';
import type { Credential } from '../ports/credentials.ts';
import type { Ports } from '../ports/ports.ts';
import type { ClusterRegistry } from './clusterRegistry.ts';
import { defaultRegistryPort, type LocalRegistry } from './localRegistry.ts';

/** Milliseconds an answer holds for: the steps of one service ask for the same image one after the other. */
const answerAge = 5000;

/** Registries as one run sees them: where images go, and whether they are there. */
export interface Registries {
  /** `host/path` a service's image is pushed to. */
  repositoryOf(image: string): string;
  /** Sees to it that the registry of a repository answers; starts Towline's own where it is meant. `notice` hears of it. */
  ready(repository: string, notice: (message: string) => void, signal: AbortSignal): Promise<void>;
  credentialFor(repository: string, signal: AbortSignal): Promise<Credential | undefined>;
  /** Whether a digest is there, by an answer of the last seconds: images are removed too. Throws as the Registry port does. */
  holds(repository: string, digest: string, signal: AbortSignal): Promise<boolean>;
  /** Throws as the Registry port does. */
  findDigest(repository: string, reference: string, signal: AbortSignal): Promise<string | undefined>;
}

export function createRegistries(
  ports: Ports,
  local: LocalRegistry,
  configured: string | undefined,
  ofCluster?: ClusterRegistry,
): Registries {
  const registry = configured ?? ofCluster?.host ?? `localhost:${defaultRegistryPort}`;
  const started = new Map<string, Promise<void>>();

  const credentialFor = (repository: string, signal: AbortSignal): Promise<Credential | undefined> =>
    ports.credentials.find(registryPlace(repository).registry, signal);

  async function makeReady(
    host: string,
    notice: (message: string) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const port = loopbackPort(host);
    if (configured === undefined && ofCluster?.host === host) {
      // It is the cluster's: one of Towline's in its place would be another one, which no node reaches.
      await ports.registry.ping(host, undefined, signal);
      notice(`No registry is configured: using ${host}, because ${ofCluster.because}.`);
      return;
    }
    try {
      await ports.registry.ping(host, undefined, signal);
    } catch (error) {
      if (port === undefined || !TowlineError.is(error, 'registry-unreachable')) throw error;
      const why = configured === undefined ? 'No registry is configured' : `Nothing answers on ${host}`;
      notice(`${why}: starting Towline's own local registry there.`);
      const how = await local.start(port, signal);
      notice(`Towline's local registry runs on ${host} as ${how}; \`towline registry stop\` ends it.`);
      return;
    }
    const own = await local.state(signal);
    const isOwn = own.kind !== 'absent' && own.running && own.port === port;
    if (configured === undefined && !isOwn) {
      notice(
        `No registry is configured: using the one that answers on ${host}, which Towline did not start.`,
      );
    }
  }

  async function findDigest(
    repository: string,
    reference: string,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { registry: host, path } = registryPlace(repository);
    const credential = await credentialFor(repository, signal);
    return ports.registry.findDigest({ registry: host, repository: path, reference }, credential, signal);
  }

  const held = new Map<string, { readonly asked: number; readonly answer: Promise<boolean> }>();

  return {
    repositoryOf: (image) => targetRepository(registry, image),
    credentialFor,
    ready(repository, notice, signal) {
      const host = registryPlace(repository).registry;
      let promise = started.get(host);
      if (promise === undefined) {
        promise = makeReady(host, notice, signal);
        promise.catch(() => started.delete(host));
        started.set(host, promise);
      }
      return promise;
    },
    holds(repository, digest, signal) {
      const name = `${repository}@${digest}`;
      const asked = ports.clock.now();
      const known = held.get(name);
      if (known && Math.abs(asked - known.asked) <= answerAge) return known.answer;
      const answer = findDigest(repository, digest, signal).then((found) => found === digest);
      held.set(name, { asked, answer });
      answer.catch(() => {
        if (held.get(name)?.answer === answer) held.delete(name);
      });
      return answer;
    },
    findDigest,
  };
}

/** Port of a loopback host that Towline's own registry may serve; undefined for any other host. */
function loopbackPort(host: string): number | undefined {
  const match = /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(host);
  return match ? Number(match[1]) : undefined;
}
