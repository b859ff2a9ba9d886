import { lastSegment } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import { type ImageRepository, splitImage } from './imageName.ts';

/** An image that something in the repository names, and where. */
export interface NamedImage {
  readonly image: ImageRepository;
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
      const image = splitImage(reference);
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
