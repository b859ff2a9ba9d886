import type { Repository, RepositoryPlace } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { gitFailure } from './gitFailure.ts';
import type { GitMemory, Settings } from './gitMemory.ts';
import { makeCommit } from './makeCommit.ts';
import { createObjectReader } from './objectReader.ts';
import { deleteRemoteBranch, push } from './push.ts';
import {
  branchHistory,
  changedPaths,
  diff,
  findCommit,
  isAncestor,
  lastCommitTouching,
  mergeBase,
  recentSubjects,
} from './readHistory.ts';
import { hasObject, listTree, readBlobs, readCommit } from './readObjects.ts';
import { readSettings } from './readSettings.ts';
import { keepWorkingState, readWorkingState } from './readWorkingState.ts';
import { deleteRef, resolveRef, updateRef } from './refs.ts';
import { createRemoteBranches, createRemoteTips, fetchBranch, fetchPull } from './remotes.ts';
import { makeTree } from './writeTree.ts';

/** Milliseconds for which settings read at opening serve what is asked at once; later questions look again. */
const settingsLife = 1000;

/** As git told them; as they were remembered, where a configuration is named. */
type OpeningSettings = Settings & { readonly readAt: number; readonly configuration?: string };

/** What was learnt of a checkout while it was opened. */
interface Opened {
  readonly settings?: OpeningSettings;
  readonly memory?: GitMemory | undefined;
}

export function createRepository(
  git: Git,
  place: RepositoryPlace,
  { settings: opened, memory }: Opened = {},
): Repository {
  const { top, commonFolder } = place;
  const reader = createObjectReader(git);
  const remoteBranchesWith = createRemoteBranches(git, (below) => memory?.refsStamp(place, below));
  // Fetching is the caller's word that this repository may reach its remotes, also for a partial clone's objects.
  let mayFetch = false;
  let unused = opened;

  function fresh(settings: OpeningSettings | undefined): OpeningSettings | undefined {
    return settings && Date.now() - settings.readAt < settingsLife ? settings : undefined;
  }

  /** As it was read last, for as long as no file that it was read from has changed; see `GitMemory`. */
  async function settingsNow(signal: AbortSignal): Promise<Settings> {
    const kept = top === undefined ? undefined : memory?.recallCheckout(top)?.settings;
    return kept ?? readSettings(git, signal);
  }

  return {
    place,
    async workingState(signal) {
      if (top === undefined) throw gitFailure('status', `${commonFolder} is a bare repository`);
      // Once only: a filter may have been added since.
      const opening = fresh(unused);
      unused = undefined;
      const checkout = opening?.configuration === undefined ? memory?.recallCheckout(top) : undefined;
      const settings = checkout?.settings ?? opening ?? (await readSettings(git, signal));
      const configuration = checkout?.configuration ?? opening?.configuration;
      const reading = { settings, memory, configuration };
      return readWorkingState(git, { ...place, top }, reading, signal);
    },
    async keepState(state, signal) {
      return top === undefined || memory === undefined
        ? undefined
        : keepWorkingState(git, { ...place, top }, state, memory, signal);
    },
    lastCommitTouching: (from, paths, signal) => lastCommitTouching(git, commonFolder, from, paths, signal),
    findCommit: (words, signal) => findCommit(git, words, signal),
    branchHistory: (from, paths, count, signal) => branchHistory(git, from, paths, count, signal),
    recentSubjects: (from, count, signal) => recentSubjects(git, from, count, signal),
    async remotes(signal) {
      // Whether remembered ones still hold is known for less than asking git again takes.
      const told = opened?.configuration === undefined ? fresh(opened) : undefined;
      return (told ?? (await settingsNow(signal))).remotes;
    },
    remoteTips: createRemoteTips(git, place, memory),
    remoteBranchesWith,
    fetchBranch(remote, branch, signal) {
      mayFetch = true;
      return fetchBranch(git, commonFolder, remote, branch, signal);
    },
    fetchPull(remote, pull, signal) {
      mayFetch = true;
      return fetchPull(git, commonFolder, remote, pull, signal);
    },
    resolve: (ref, signal) => resolveRef(git, ref, signal),
    hasObject: (id, signal) => hasObject(reader, id, signal),
    isAncestor: (ancestor, of, signal) => isAncestor(git, ancestor, of, signal),
    mergeBase: (one, other, signal) => mergeBase(git, one, other, signal),
    readCommit: (id, signal) => readCommit(git, reader, id, signal),
    listTree: (commit, folder, signal) => listTree(git, commit, folder, signal),
    changedPaths: (from, to, signal) => changedPaths(git, from, to, signal),
    readBlobs: (ids, signal) => readBlobs(git, reader, ids, mayFetch, signal),
    treeWith: async (base, edits, signal) => (await makeTree(reader, base, edits, signal)).root,
    commit: async (request, signal) =>
      makeCommit(git, reader, { commonFolder, settings: await settingsNow(signal) }, request, signal),
    updateRef: (ref, to, expected, signal) => updateRef(git, commonFolder, ref, to, expected, signal),
    deleteRef: (ref, expected, signal) => deleteRef(git, commonFolder, ref, expected, signal),
    push: (remote, commit, branch, expected, signal) => push(git, remote, commit, branch, expected, signal),
    deleteRemoteBranch: (remote, branch, expected, signal) =>
      deleteRemoteBranch(git, remote, branch, expected, signal),
    diff: (from, to, signal) => diff(git, from, to, signal),
  };
}
