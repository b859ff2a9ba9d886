import { normaliseRepository, splitRepository } from './imageReference.ts';

/**
 * How far a repository in a manifest is the one meant. `exact`: the very repository that was pushed.
 * `named`: another repository whose path is, or ends with, the name the service is known by.
 */
export type RepositoryMatch = 'exact' | 'named' | 'none';

export interface MeantRepository {
  /** Repository the service is known by, with or without a registry. */
  readonly matches: string;
  /** Repository that was pushed to. */
  readonly repository: string;
}

export function matchRepository(candidate: string, meant: MeantRepository): RepositoryMatch {
  const normalised = normaliseRepository(candidate);
  if (normalised === normaliseRepository(meant.repository)) return 'exact';
  const name = pathOf(meant.matches);
  const path = pathOf(candidate);
  return path === name || path.endsWith(`/${name}`) ? 'named' : 'none';
}

/**
 * Texts of which every manifest that names the meant image contains at least one, so that the others need
 * not be parsed.
 */
export function searchTextsOf(meant: MeantRepository): readonly string[] {
  const name = pathOf(meant.matches);
  const pushed = pathOf(meant.repository);
  return pushed.includes(name) ? [name] : [name, pushed];
}

/** The path without registry, and without the `library/` that Docker Hub's own images may leave out. */
function pathOf(repository: string): string {
  const { registry = 'docker.io', path } = splitRepository(repository);
  return registry.endsWith('docker.io') ? path.replace(/^library\//, '') : path;
}
