import { createShared, type Shared } from '../../base/shared.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { registryPlace, targetRepository } from '../../domain/images/targetRepository.ts';
import type { Clock } from '../ports/clock.ts';
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

  const credentials = createAnswers<Credential | undefined>(ports.clock);
  const credentialFor = (repository: string, signal: AbortSignal): Promise<Credential | undefined> => {
    const host = registryPlace(repository).registry;
    return credentials(host, (shared) => ports.credentials.find(host, shared), signal);
  };

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

  const held = createAnswers<boolean>(ports.clock);

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
    holds: (repository, digest, signal) =>
      held(
        `${repository}@${digest}`,
        async (shared) => (await findDigest(repository, digest, shared)) === digest,
        signal,
      ),
    findDigest,
  };
}

/** Asks a question once for all who ask it within `answerAge`; one that was not answered is asked again. */
function createAnswers<T>(
  clock: Clock,
): (question: string, ask: (signal: AbortSignal) => Promise<T>, signal: AbortSignal) => Promise<T> {
  const known = new Map<string, { readonly asked: number; readonly answer: Shared<T> }>();
  return (question, ask, signal) => {
    const now = clock.now();
    let entry = known.get(question);
    if (entry === undefined || Math.abs(now - entry.asked) > answerAge) {
      entry = { asked: now, answer: createShared(ask) };
      known.set(question, entry);
    }
    return entry.answer.get(signal);
  };
}

/** Port of a loopback host that Towline's own registry may serve; undefined for any other host. */
function loopbackPort(host: string): number | undefined {
  const match = /^(?:localhost|127\.0\.0\.1):(\d+)$/.exec(host);
  return match ? Number(match[1]) : undefined;
}
