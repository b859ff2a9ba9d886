import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Credential, Credentials } from '../../engine/ports/credentials.ts';
import { isRecord } from './dockerConfig.ts';
import type { DockerPlace } from './loadEndpoint.ts';

/** The key under which Docker keeps Docker Hub. */
const hubKey = 'https://index.docker.io/v1/';

function keyOf(registry: string): string {
  return ['docker.io', 'index.docker.io', 'registry-1.docker.io'].includes(registry) ? hubKey : registry;
}

/** Older clients wrote keys with a scheme and a path. */
function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').split('/')[0] ?? key;
}

function findEntry(
  auths: Readonly<Record<string, unknown>>,
  key: string,
): readonly [key: string, entry: unknown] | undefined {
  if (Object.hasOwn(auths, key)) return [key, auths[key]];
  return Object.entries(auths).find(([written]) => hostOf(written) === hostOf(key));
}

/** An entry of `auths`: base64 `user:password` in `auth`, or a token; an empty one stands for "in the store". */
function readEntry(entry: unknown, from: string): Credential | undefined {
  if (!isRecord(entry)) return undefined;
  if (typeof entry.identitytoken === 'string' && entry.identitytoken !== '') {
    return { kind: 'identity-token', token: entry.identitytoken, from };
  }
  if (typeof entry.auth === 'string' && entry.auth !== '') {
    const decoded = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = decoded.indexOf(':');
    if (colon < 0) {
      throw new TowlineError('engine-config-invalid', { why: `${from} is not base64 of user:password` });
    }
    return { kind: 'basic', username: decoded.slice(0, colon), password: decoded.slice(colon + 1), from };
  }
  const { username, password } = entry;
  return typeof username === 'string' && typeof password === 'string' && username !== ''
    ? { kind: 'basic', username, password, from }
    : undefined;
}

/** Docker's own chain: credHelpers, then credsStore, then auths. Read anew at each call, for sign-ins happen meanwhile. */
export function createCredentials(place: DockerPlace): Credentials {
  return {
    async find(registry, signal) {
      signal.throwIfAborted();
      const { loadDockerConfig } = await import('./loadEndpoint.ts');
      const { path, config } = loadDockerConfig(place);
      const key = keyOf(registry);
      const helperHost = key === hubKey && !Object.hasOwn(config.credHelpers, key) ? hostOf(key) : key;
      const [helper, from] = Object.hasOwn(config.credHelpers, helperHost)
        ? [config.credHelpers[helperHost], `${path}: credHelpers["${helperHost}"]`]
        : [config.credsStore, `${path}: credsStore`];
      if (helper) {
        const { askCredentialHelper } = await import('./askCredentialHelper.ts');
        const found = await askCredentialHelper(
          { helper, key, from, environment: place.environment },
          signal,
        );
        if (found) return found;
      }
      const entry = findEntry(config.auths, key);
      return entry && readEntry(entry[1], `${path}: auths["${entry[0]}"]`);
    },
  };
}
