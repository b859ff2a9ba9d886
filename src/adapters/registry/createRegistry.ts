import { createHash } from 'node:crypto';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import type { Registry } from '../../engine/ports/registry.ts';
import { askLoopback } from './askLoopback.ts';
import type { AskingRules } from './askRegistry.ts';
import { dockerAuthoritiesFolder } from './dockerAuthorities.ts';
import type { Answer } from './exchange.ts';
import { locateRegistry, manifestPath } from './registryAddress.ts';

/** Every kind of manifest, so that the digest is that of what is stored and not of a conversion. */
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** https://github.com/opencontainers/image-spec/blob/main/descriptor.md#digests */
const digestFormat = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-fA-F]{32,}$/;

const headers = { accept: manifestTypes, 'user-agent': 'towline' };

/** What is asked of a registry, and how people would say it. */
interface Errand {
  readonly registry: string;
  readonly path: string;
  readonly what: string;
  readonly scope?: string;
  readonly credential: Credential | undefined;
}

/** Undefined when the registry left it out, as it may, or sent something else. */
function digestOf(answer: Answer): string | undefined {
  const digest = answer.headers['docker-content-digest'];
  return typeof digest === 'string' && digestFormat.test(digest) ? digest : undefined;
}

/** Registries over HTTP: https://github.com/opencontainers/distribution-spec/blob/main/spec.md */
export function createRegistry(options: Partial<AskingRules> = {}): Registry {
  const rules = { timeLimit: 10_000, authoritiesFolder: dockerAuthoritiesFolder, ...options };
  const withTls = new Set<string>();
  /** Hosts that the short way did not lead to. */
  const notNearby = new Set<string>();

  async function go(errand: Errand, method: 'GET' | 'HEAD', signal: AbortSignal): Promise<Answer> {
    const { askBy, askRegistry } = await import('./askRegistry.ts');
    const { registry, path, scope, credential } = errand;
    const url = new URL(path, locateRegistry(registry));
    return askRegistry(
      { registry, url, credential, scope },
      { method, url, headers },
      withTls,
      askBy(rules, signal),
    );
  }

  /** The short way to a digest that needs no credential and is on this machine; undefined where it leads nowhere. */
  async function askNearby(errand: Errand, signal: AbortSignal): Promise<string | undefined> {
    const url = new URL(errand.path, locateRegistry(errand.registry));
    if (errand.credential !== undefined || withTls.has(url.host) || notNearby.has(url.host)) return undefined;
    const digest = await askLoopback(url, headers, rules.timeLimit / 10, signal);
    if (digest !== undefined && digestFormat.test(digest)) return digest;
    notNearby.add(url.host);
    return undefined;
  }

  /** The answer if it is 200, undefined if it is 404. */
  async function accept(errand: Errand, answer: Answer): Promise<Answer | undefined> {
    const { registry, what, credential } = errand;
    if (answer.status === 200) return answer;
    if (answer.status === 404) return undefined;
    const { denied, failed, secretsOf } = await import('./registryFailure.ts');
    if (answer.status === 401 || answer.status === 403) throw denied(registry, what, credential, answer);
    throw failed(registry, what, answer, secretsOf(credential));
  }

  return {
    async ping(registry, credential, signal) {
      const errand = { registry, path: '/v2/', what: 'the question whether it is there', credential };
      try {
        if ((await accept(errand, await go(errand, 'GET', signal))) !== undefined) return 'ready';
      } catch (error) {
        if (TowlineError.is(error, 'registry-denied')) return 'denied';
        throw error;
      }
      throw new TowlineError('registry-failed', {
        why: `${registry} is not a container registry: it does not know /v2/`,
      });
    },

    async findDigest(image, credential, signal) {
      const { registry, repository, reference } = image;
      const separator = reference.includes(':') ? '@' : ':';
      const errand = {
        registry,
        path: manifestPath(image),
        what: `the question for ${repository}${separator}${reference}`,
        scope: `repository:${repository}:pull`,
        credential,
      };
      const nearby = await askNearby(errand, signal);
      if (nearby !== undefined) return nearby;
      const head = await go(errand, 'HEAD', signal);
      if (head.status !== 405) {
        const found = await accept(errand, head);
        const digest = found && digestOf(found);
        if (found === undefined || digest !== undefined) return digest;
      }
      // No digest, or no HEAD at all: then the manifest itself tells.
      const manifest = await accept(errand, await go(errand, 'GET', signal));
      return manifest && `sha256:${createHash('sha256').update(manifest.body).digest('hex')}`;
    },
  };
}
