import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { Registry } from '../../src/engine/ports/registry.ts';

export interface FakeRegistry extends Registry {
  /** Hosts that answer, with digests by `repository:tag` and `repository@digest`. */
  readonly hosts: Map<string, Map<string, string>>;
  /** What was asked, as one line each. */
  readonly asked: readonly string[];
}

/** Registries in memory: a host that is not in `hosts` does not answer. */
export function createFakeRegistry(): FakeRegistry {
  const hosts = new Map<string, Map<string, string>>();
  const asked: string[] = [];
  const open = (host: string): Map<string, string> => {
    const images = hosts.get(host);
    if (!images) throw new TowlineError('registry-unreachable', { why: `${host}: connection refused` });
    return images;
  };
  return {
    hosts,
    asked,
    async ping(host, _credential, signal) {
      signal.throwIfAborted();
      asked.push(`ping ${host}`);
      open(host);
      return 'ready';
    },
    async findDigest({ registry, repository, reference }, credential, signal) {
      signal.throwIfAborted();
      const separator = reference.startsWith('sha256:') ? '@' : ':';
      const name = `${repository}${separator}${reference}`;
      const user = credential?.kind === 'basic' ? ` as ${credential.username}` : '';
      asked.push(`digest ${registry} ${name}${user}`);
      return open(registry).get(name);
    },
  };
}
