import type { Remote } from '../ports/repositories.ts';

/** The remote that a repository's people push to: `origin`, else the first one. */
export function mainRemote(remotes: readonly Remote[]): Remote | undefined {
  return remotes.find(({ name }) => name === 'origin') ?? remotes[0];
}
