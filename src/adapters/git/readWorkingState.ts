import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { KeptState, RepositoryPlace, WorkingState } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { configurationVariables } from './gitEnvironment.ts';
import type { GitMemory } from './gitMemory.ts';
import { keepView, recallView, type ViewQuestions } from './keptView.ts';
import { type IndexListing, parseIndexListing } from './parseIndexListing.ts';
import { parseStatus, type Status } from './parseStatus.ts';
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

/** How a checkout is read. */
export interface Reading {
  readonly settings: Pick<ReadSettings, 'filters' | 'sparse'>;
  readonly memory: GitMemory | undefined;
  /** Of what was remembered of the checkout; undefined where git was asked. */
  readonly configuration: string | undefined;
}

/** Reads HEAD, index and working tree without running a filter, a hook or a file system monitor. */
export async function readWorkingState(
  git: Git,
  place: Place,
  { settings, memory, configuration }: Reading,
  signal: AbortSignal,
): Promise<WorkingState> {
  const questions = askViews(git, settings.filters, signal);
  const kept =
    memory && configuration !== undefined
      ? await recallView(place, { memory, configuration }, questions, signal)
      : undefined;
  if (kept) return kept;
  const readAt = memory?.now() ?? Date.now();
  const [status, listing] = await Promise.all([
    askStatus(git, settings.filters, [], signal),
    listIndex(git, place, memory, signal),
  ]);
  // Without a sparse checkout the bit hides the user's own edits of a file that is there.
  const hidden = settings.sparse ? [] : listing.skipped.filter((path) => isThere(join(place.top, path)));
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
    readAt,
    same: undefined,
    changed: [],
  };
}

/** Keeps what was read; undefined where its configuration is not remembered either. */
export async function keepWorkingState(
  git: Git,
  place: Place,
  state: WorkingState,
  memory: GitMemory,
  signal: AbortSignal,
): Promise<KeptState | undefined> {
  const checkout = memory.recallCheckout(place.top);
  if (!checkout) return undefined;
  const questions = askViews(git, checkout.settings.filters, signal);
  return keepView(place, { environment: git.environment, memory, checkout }, state, questions, signal);
}

type Place = RepositoryPlace & { readonly top: string };

async function askStatus(
  git: Git,
  filters: readonly string[],
  more: readonly string[],
  signal: AbortSignal,
): Promise<Status> {
  const environment = configurationVariables(git.environment, filtersOff(filters));
  const { stdout } = await git.run({ reach: 'local', args: [...statusArgs, ...more], environment }, signal);
  return parseStatus(stdout.toString());
}

function askViews(git: Git, filters: readonly string[], signal: AbortSignal): ViewQuestions {
  return {
    status: () => askStatus(git, filters, ['--ignored=matching'], signal),
    statusOf: (paths) => askStatus(git, filters, ['--', ...paths], signal),
    async touched() {
      const environment = configurationVariables(git.environment, filtersOff(filters));
      const args = ['diff-files', '--raw', '-z', '--no-renames', '--ignore-submodules=dirty'] as const;
      // Whatever the user has Git overlook, here all that an index knows of a file counts.
      const options = ['-c', 'core.checkStat=default', '-c', 'core.trustctime=true'];
      const { stdout } = await git.run({ reach: 'local', args, options, environment }, signal);
      // A line of modes and ids that begins with `:`, then the path.
      const paths = stdout
        .toString()
        .split('\0')
        .filter((_, index) => index % 2 === 1);
      return [...new Set(paths)];
    },
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
  const { stdout } = await git.run({ reach: 'local', args: ['ls-files', '-v', '--stage', '-z'] }, signal);
  const listing = parseIndexListing(stdout.toString());
  if (stamp !== undefined) await memory?.keepListing(place, stamp, listing);
  return listing;
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}
