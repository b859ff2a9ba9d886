import { parseImageReference, splitRepository } from '../images/imageReference.ts';
import { lastSegment } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';

/** An image as services are named by it: the registry apart, the digest left out. */
export interface ImageName {
  readonly registry?: string;
  /** Path in the registry, e.g. `acme/api`. */
  readonly repository: string;
  readonly tag?: string;
}

export function readImageName(reference: string): ImageName | undefined {
  const parsed = parseImageReference(reference);
  if (parsed === undefined) return undefined;
  const { registry, path } = splitRepository(parsed.repository);
  return {
    repository: path,
    ...(registry === undefined ? {} : { registry }),
    ...(parsed.tag === undefined ? {} : { tag: parsed.tag }),
  };
}

/** An image that something in the repository names, and where. */
export interface NamedImage {
  readonly image: ImageName;
  /** What was found, e.g. "image in deploy/api.yaml". */
  readonly because: string;
  /** Higher wins: what a kustomization says is in effect, then full names, then short ones. */
  readonly weight: number;
}

/** Images named in manifests and Dockerfiles, found by the last part of their repository. */
export interface ImageIndex {
  add(reference: string, because: string, weight: number): void;
  /** All that name the same last part, best first; each repository once. */
  named(lastPart: string): readonly NamedImage[];
  /** Hosts that are named with a repository. */
  registriesOf(repository: string): readonly string[];
}

export function createImageIndex(): ImageIndex {
  const byLastPart = new Map<string, NamedImage[]>();
  const registries = new Map<string, Set<string>>();
  return {
    add(reference, because, weight) {
      const image = readImageName(reference);
      if (image === undefined) return;
      const part = lastSegment(image.repository);
      const known = byLastPart.get(part) ?? [];
      byLastPart.set(part, known);
      known.push({ image, because, weight: image.registry === undefined ? weight : weight + 1 });
      const hosts = registries.get(image.repository) ?? new Set();
      registries.set(image.repository, hosts);
      if (image.registry !== undefined) hosts.add(image.registry);
    },
    named(lastPart) {
      const sorted = (byLastPart.get(lastPart) ?? []).toSorted((a, b) => b.weight - a.weight);
      const seen = new Set<string>();
      return sorted.filter(({ image }) => !seen.has(image.repository) && seen.add(image.repository));
    },
    registriesOf: (repository) => [...(registries.get(repository) ?? [])],
  };
}

/** Weights before the one more that a registry gives. */
export const imageWeights = { dockerfile: 0, chart: 1, manifest: 2, kustomization: 4 } as const;

export function imageSource(path: RepoPath, field: string): string {
  return `${field} in ${path}`;
}
