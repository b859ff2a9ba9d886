import type { AgentObject } from './agentObject.ts';

/** Where an environment's manifests are. */
export interface ManifestPlace {
  /** Address of the remote; undefined when there is none. */
  readonly url: string | undefined;
  /** Folder in the repository. */
  readonly path: string;
  readonly branch: string;
}

/**
 * Whether an agent's object applies the manifests of a place: its repository, directly or through the object that
 * fetches it, and its folder. `all` are the objects of the same cluster.
 */
export function followsManifests(
  { sources }: AgentObject,
  place: ManifestPlace,
  all: readonly AgentObject[],
): boolean {
  return sources.some(({ url, path, from }) => {
    if (path === undefined || path !== place.path) return false;
    const fetched = from === undefined ? undefined : all.find((object) => keyOf(object) === from);
    const address = url ?? fetched?.sources[0]?.url;
    return address !== undefined && place.url !== undefined && sameRepository(address, place.url);
  });
}

/** The objects among them that fetch what these apply. */
export function sourcesOf(
  objects: readonly AgentObject[],
  all: readonly AgentObject[],
): readonly AgentObject[] {
  const names = new Set(objects.flatMap(({ sources }) => sources.map(({ from }) => from)));
  return all.filter((object) => names.has(keyOf(object)));
}

function keyOf({ kind, namespace, name }: AgentObject): string {
  return `${kind}/${namespace}/${name}`;
}

/** One repository has many addresses: with another protocol, with credentials, with or without `.git`. */
export function sameRepository(one: string, other: string): boolean {
  return plainAddress(one) === plainAddress(other);
}

function plainAddress(url: string): string {
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/.exec(url);
  const parsed = scp || !URL.canParse(url) ? undefined : new URL(url);
  const host = scp?.[1] ?? parsed?.hostname ?? '';
  const path = scp?.[2] ?? parsed?.pathname ?? url;
  return `${host.toLowerCase()}/${path
    .replace(/^\/+/, '')
    .replace(/\/+$/, '')
    .replace(/\.git$/, '')}`;
}
