import type { RepoPath } from '../workspace/service.ts';
import { type KustomizationFacts, scanKustomization } from './scanKustomization.ts';
import { type ManifestFacts, scanManifest } from './scanManifest.ts';

/** The text of a file; undefined when it cannot be read as text. */
export type ReadText = (path: RepoPath) => string | undefined;

/** Reads manifests, each at most once and no more than a number of them in all. */
export interface ManifestReader {
  manifest(path: RepoPath): ManifestFacts;
  kustomization(path: RepoPath): KustomizationFacts | undefined;
  /** Whether there was more to read than the budget allowed. */
  readonly isSpent: boolean;
}

/** Enough for every repository we know of whose manifests are not generated. */
export const manifestBudget = 2_000;

export function createManifestReader(read: ReadText, budget = manifestBudget): ManifestReader {
  const manifests = new Map<RepoPath, ManifestFacts>();
  const kustomizations = new Map<RepoPath, KustomizationFacts | undefined>();
  let isSpent = false;
  return {
    manifest(path) {
      const known = manifests.get(path);
      if (known !== undefined) return known;
      if (manifests.size >= budget) {
        isSpent = true;
        return { isWorkload: false, images: [] };
      }
      const facts = scanManifest(read(path) ?? '');
      manifests.set(path, facts);
      return facts;
    },
    kustomization(path) {
      if (kustomizations.has(path)) return kustomizations.get(path);
      const facts = scanKustomization(read(path) ?? '', path);
      kustomizations.set(path, facts);
      return facts;
    },
    get isSpent() {
      return isSpent;
    },
  };
}
