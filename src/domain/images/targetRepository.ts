import { normaliseRepository, splitRepository } from './imageReference.ts';

/**
 * Where a service's image is pushed: the registry (host and optional path) and the image's own name. A path
 * that the name starts with anyway is not said twice: `ghcr.io/acme` + `acme/api` is `ghcr.io/acme/api`.
 * An image that names a registry itself stays there.
 */
export function targetRepository(registry: string, image: string): string {
  if (splitRepository(image).registry !== undefined) return image;
  const [host = '', ...path] = registry.split('/').filter((part) => part !== '');
  const prefix = path.join('/');
  const name = prefix !== '' && image.startsWith(`${prefix}/`) ? image.slice(prefix.length + 1) : image;
  return [host, ...path, name].join('/');
}

/** Host and path of a repository with Docker's defaults filled in. */
export function registryPlace(repository: string): { readonly registry: string; readonly path: string } {
  const { registry = 'docker.io', path } = splitRepository(normaliseRepository(repository));
  return { registry, path };
}
