import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { RepositoryPlace, WorkingState } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { configurationVariables } from './gitEnvironment.ts';
import type { GitMemory } from './gitMemory.ts';
import { type IndexListing, parseIndexListing } from './parseIndexListing.ts';
import { parseStatus } from './parseStatus.ts';
import { filtersOff, type ReadSettings } from './readSettings.ts';

const statusArgs = [
  'status',
  '--porcelain=v2',
  '--branch',
  '-z',
  '--untracked-files=all',
  '--no-renames',
  '--no-ahead-behind',
  // Not `none`: that would run a status, with filters of its own, inside each submodule.
  '--ignore-submodules=dirty',
] as const;

/** Reads HEAD, index and working tree without running a filter, a hook or a file system monitor. */
export async function readWorkingState(
  git: Git,
  place: RepositoryPlace & { readonly top: string },
  settings: Pick<ReadSettings, 'filters' | 'sparse'>,
  memory: GitMemory | undefined,
  signal: AbortSignal,
): Promise<WorkingState> {
  const { top } = place;
  const environment = configurationVariables(git.environment, filtersOff(settings.filters));
  const [statusOutput, listing] = await Promise.all([
    git.run({ reach: 'local', args: statusArgs, environment }, signal),
    listIndex(git, place, memory, signal),
  ]);
  const status = parseStatus(statusOutput.stdout.toString());
  // Without a sparse checkout the bit hides the user's own edits of a file that is there.
  const hidden = settings.sparse ? [] : listing.skipped.filter((path) => isThere(join(top, path)));
  const present = new Set(listing.files);
  for (const path of status.deleted) present.delete(path);
  for (const path of hidden) present.add(path);
  for (const path of status.untracked) present.add(path);
  return {
    head: status.head,
    branch: status.branch,
    files: [...present].sort(),
    dirty: [...status.changed, ...status.untracked, ...status.embedded].sort(),
    submodules: [...listing.submodules, ...status.embedded].sort(),
  };
}

async function listIndex(
  git: Git,
  place: RepositoryPlace,
  memory: GitMemory | undefined,
  signal: AbortSignal,
): Promise<IndexListing> {
  const stamp = memory?.indexStamp(place);
  const known = stamp === undefined ? undefined : memory?.recallListing(place, stamp);
  if (known) return known;
  const { stdout } = await git.run({ reach: 'local', args: ['ls-files', '-t', '--stage', '-z'] }, signal);
  const listing = parseIndexListing(stdout.toString());
  if (stamp !== undefined) await memory?.keepListing(place, stamp, listing);
  return listing;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
