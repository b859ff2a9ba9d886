/** A container image as written, in parts. Nothing is defaulted: see `normaliseRepository`. */
export interface ImageReference {
  /** Registry (where written) and path, e.g. `ghcr.io/acme/api` or `shop/api`. */
  readonly repository: string;
  readonly tag?: string;
  /** `algorithm:hex`. */
  readonly digest?: string;
}

/** A repository name split where Docker splits it. */
export interface RepositoryParts {
  /** Host with optional port; absent when none is written. */
  readonly registry?: string;
  readonly path: string;
}

const pathComponent = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const repositoryPath = new RegExp(`^${pathComponent}(?:/${pathComponent})*$`);
const host =
  /^(?:(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*|\[[A-Fa-f0-9:]+\])(?::[0-9]+)?$/;
const tagText = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const digestText = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$/;
const identifier = /^[0-9a-f]{64}$/;
/** Docker's own limit on a repository with its registry. */
const longestRepository = 255;

/**
 * Reads `[registry/]path[:tag][@digest]` by the grammar of distribution/reference, which Docker and
 * Kubernetes share; `undefined` when the text is none.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length > longestRepository + 1024) return undefined;
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !isDigest(digest))) return undefined;
  const lastSlash = named.lastIndexOf('/');
  const colon = named.indexOf(':', lastSlash + 1);
  const repository = colon < 0 ? named : named.slice(0, colon);
  const tag = colon < 0 ? undefined : named.slice(colon + 1);
  if (!isRepository(repository) || (tag !== undefined && !isTag(tag))) return undefined;
  return { repository, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) };
}

export function formatImageReference({ repository, tag, digest }: ImageReference): string {
  return `${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

export function isTag(text: string): boolean {
  return tagText.test(text);
}

export function isDigest(text: string): boolean {
  return digestText.test(text);
}

export function isRepository(text: string): boolean {
  if (text.length > longestRepository || identifier.test(text)) return false;
  const { registry, path } = splitRepository(text);
  return repositoryPath.test(path) && (registry === undefined || host.test(registry));
}

/** Splits by Docker's rule: a first component is a host when it has a dot, a colon, a capital or is `localhost`. */
export function splitRepository(repository: string): RepositoryParts {
  const slash = repository.indexOf('/');
  const first = repository.slice(0, Math.max(slash, 0));
  const isHost = first === 'localhost' || /[.:]/.test(first) || first !== first.toLowerCase();
  return isHost ? { registry: first, path: repository.slice(slash + 1) } : { path: repository };
}

/** The repository with Docker's defaults written out: `nginx` is `docker.io/library/nginx`. */
export function normaliseRepository(repository: string): string {
  const { registry = 'docker.io', path } = splitRepository(repository);
  if (registry !== 'docker.io' && registry !== 'index.docker.io') return `${registry}/${path}`;
  return `docker.io/${path.includes('/') ? path : `library/${path}`}`;
}
