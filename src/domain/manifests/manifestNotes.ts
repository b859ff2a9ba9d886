import type { Problem } from '../errors/problem.ts';
import type { NotLookedAt } from './notLookedAt.ts';
import type { OtherWriter } from './otherWriters.ts';

/** Why manifests cannot be trusted to be all that is in effect. */
export interface ManifestProblem extends Problem {
  readonly reason: 'unsafe-yaml' | 'unreadable' | 'broken-kustomization';
}

/** What reading manifests leaves to say. */
export interface ManifestNotes {
  readonly notLookedAt: NotLookedAt[];
  readonly problems: ManifestProblem[];
  readonly otherWriters: OtherWriter[];
}

export function notes(): ManifestNotes {
  return { notLookedAt: [], problems: [], otherWriters: [] };
}
