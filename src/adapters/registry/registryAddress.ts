import { TowlineError } from '../../domain/errors/towlineError.ts';

/** Docker Hub's name in image references is not where its registry answers. */
const dockerHub = new Set(['docker.io', 'index.docker.io']);
const dockerHubHost = 'registry-1.docker.io';

/** Whether a host, as `URL.hostname` spells it, is this machine: RFC 6761 `localhost`, 127.0.0.0/8, `::1`. */
export function isLoopback(hostname: string): boolean {
  return /^(?:.+\.)?localhost$|^127(?:\.\d+){3}$|^\[::1\]$/.test(hostname);
}

/** Root of a registry named as in image references: `ghcr.io`, `localhost:5001`. Throws `registry-unreachable`. */
export function locateRegistry(registry: string): URL {
  const host = dockerHub.has(registry) ? dockerHubHost : registry;
  const text = `https://${host}/`;
  if (!/^[\w.:[\]-]+$/.test(host) || !URL.canParse(text)) {
    throw new TowlineError('registry-unreachable', { why: `"${registry}" is not a host or host:port` });
  }
  return new URL(text);
}

/** Docker Hub keeps official images below `library/`, which references leave out. */
function repositoryPath(registry: string, repository: string): string {
  const isOfficial = dockerHub.has(registry) && !repository.includes('/');
  return (isOfficial ? `library/${repository}` : repository).split('/').map(encodeURIComponent).join('/');
}

/** Path of a manifest: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests */
export function manifestPath(image: {
  readonly registry: string;
  readonly repository: string;
  readonly reference: string;
}): string {
  // The colon of a digest is allowed in a path, and not every server decodes it.
  const reference = encodeURIComponent(image.reference).replaceAll('%3A', ':');
  return `/v2/${repositoryPath(image.registry, image.repository)}/manifests/${reference}`;
}
