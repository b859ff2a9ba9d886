import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { WorkingState } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { configurationVariables } from './gitEnvironment.ts';
import { parseIndexListing } from './parseIndexListing.ts';
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

/** Reads HEAD, index and working tree at `top` without running a filter, a hook or a file system monitor. */
export async function readWorkingState(
  git: Git,
  top: string,
  settings: ReadSettings,
  signal: AbortSignal,
): Promise<WorkingState> {
  const environment = configurationVariables(git.environment, filtersOff(settings.filters));
  const [statusOutput, listingOutput] = await Promise.all([
    git.run({ reach: 'local', args: statusArgs, environment }, signal),
    git.run({ reach: 'local', args: ['ls-files', '-t', '--stage', '-z'] }, signal),
  ]);
  const status = parseStatus(statusOutput.stdout.toString());
  const listing = parseIndexListing(listingOutput.stdout.toString());
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

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
