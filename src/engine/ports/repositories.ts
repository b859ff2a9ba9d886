import type { RepoPath } from '../../domain/workspace/service.ts';

/** 40 or 64 hex digits. */
export type ObjectId = string;

export interface RepositoryPlace {
  /** Absolute path of the working tree; undefined for a bare repository. */
  readonly top: string | undefined;
  /** Absolute path of the Git common directory, shared by all worktrees. */
  readonly commonFolder: string;
}

export interface WorkingState {
  /** Undefined while the branch has no commit yet. */
  readonly head: ObjectId | undefined;
  /** Undefined when HEAD is detached. */
  readonly branch: string | undefined;
  /** Tracked and untracked files that Git does not ignore, sorted; submodules and deleted files are left out. */
  readonly files: readonly RepoPath[];
  /** Tracked paths whose index or working tree differs from HEAD, and untracked ones; sorted. */
  readonly dirty: readonly RepoPath[];
  /** Folders whose files belong to another repository: submodules, and repositories that were put here untracked. */
  readonly submodules: readonly RepoPath[];
  /** When Git was asked, milliseconds since the epoch. */
  readonly readAt: number;
  /**
   * Name of the kept state that this one is the same as, but for `changed`: each of `files` in content and permission
   * bits, and each folder that Git does not ignore in what it holds and in its bits. Undefined where there is none, or
   * nobody can tell.
   */
  readonly same: string | undefined;
  /** Those of `files` that may differ in content or bits from that state, a few at most. */
  readonly changed: readonly RepoPath[];
}

/** A working state that later ones can be told to be the same as. */
export interface KeptState {
  /** Another one each time. */
  readonly name: string;
  /** The folders that `same` speaks for, from the top of the checkout. */
  readonly folders: ReadonlySet<RepoPath>;
}

export interface CommitFacts {
  readonly id: ObjectId;
  /** Committer time, seconds since the epoch. */
  readonly time: number;
  readonly subject: string;
  /** A shallow clone ends here: the commit seems to touch every path, so the true one may be older. */
  readonly shallow?: true;
}

export interface TreeFile {
  readonly path: RepoPath;
  /** `100644`, `100755`, `120000` */
  readonly mode: string;
  readonly id: ObjectId;
}

export interface CommitRequest {
  readonly base: ObjectId;
  readonly edits: readonly { readonly path: RepoPath; readonly content: Uint8Array }[];
  readonly message: string;
  /** Author's and committer's time, seconds since the epoch, in UTC; now, where the user is, when absent. */
  readonly time?: number;
  /** Absolute path of a folder for temporary files; the system's own when absent. */
  readonly workFolder?: string;
}

export interface MadeCommit {
  readonly commit: ObjectId;
  readonly tree: ObjectId;
  /** From the base to the commit, as `Repository.diff` gives it. */
  readonly diff: string;
}

export interface Remote {
  readonly name: string;
  /** As configured, without credentials: for people. */
  readonly url: string;
}

/** What is known here of a remote's branches: as they were when they were last fetched or pushed. */
export interface RemoteBranches {
  /** The branch that the remote's HEAD names, where that is known. */
  readonly defaultBranch: string | undefined;
  /** Branches that hold the commit. */
  readonly holding: readonly string[];
}

/**
 * One Git repository, through the user's own `git`. Nothing here touches the user's index, working tree,
 * HEAD or stashes. Reads run with optional locks off and with everything that a repository's own
 * configuration could start (fsmonitor, filters, hooks, external diffs, lazy fetches) disabled. What talks to
 * a remote, and `commit`, needs a trusted repository: the user's ssh, credential helpers, signing and their
 * `commit-msg` and `pre-push` hooks run as configured.
 * Throws `git-failed` and what is named below; rejects with the signal's reason when cancelled.
 */
export interface Repository {
  readonly place: RepositoryPlace;
  workingState(signal: AbortSignal): Promise<WorkingState>;
  /**
   * Keeps a working state in place of the one kept before. Undefined where later ones could not be told to be the same,
   * and where more than the content of a few files has changed since it was read, or within two seconds before; those
   * count as changed from then on.
   */
  keepState(state: WorkingState, signal: AbortSignal): Promise<KeptState | undefined>;
  /** The newest commit reachable from `from` that touched one of the paths; undefined when none did. */
  lastCommitTouching(
    from: ObjectId,
    paths: readonly RepoPath[],
    signal: AbortSignal,
  ): Promise<CommitFacts | undefined>;
  /** The commit that a user's words mean, as Git takes them (`HEAD~2`, `v1.4`, seven digits); undefined when they mean none or several. */
  findCommit(words: string, signal: AbortSignal): Promise<CommitFacts | undefined>;
  /** Commits of a branch itself (a merge counts, what it merged does not) that changed one of the paths, newest first. */
  branchHistory(
    from: ObjectId,
    paths: readonly RepoPath[],
    count: number,
    signal: AbortSignal,
  ): Promise<readonly CommitFacts[]>;
  recentSubjects(from: ObjectId, count: number, signal: AbortSignal): Promise<readonly string[]>;
  remotes(signal: AbortSignal): Promise<readonly Remote[]>;
  /**
   * What the remote's HEAD names, and the tips of the named branches and of that one; branches that do not exist
   * are left out. One exchange (`ls-remote --symref <remote> HEAD refs/heads/…`), or none where the remote is a folder
   * of this machine that has not changed since. Throws `remote-unreachable`, `remote-denied`.
   */
  remoteTips(
    remote: string,
    branches: readonly string[],
    signal: AbortSignal,
  ): Promise<{ readonly defaultBranch: string | undefined; readonly tips: ReadonlyMap<string, ObjectId> }>;
  /** Which of the remote's branches hold a commit, without asking the remote; undefined where none of them or no such commit is known here. */
  remoteBranchesWith(
    remote: string,
    commit: ObjectId,
    signal: AbortSignal,
  ): Promise<RemoteBranches | undefined>;
  /** Brings the branch's objects here, kept under a private ref; the user's remote-tracking refs stay. Throws `branch-missing`, `remote-unreachable`, `remote-denied`. */
  fetchBranch(remote: string, branch: string, signal: AbortSignal): Promise<ObjectId>;
  /** Brings the head of a pull or merge request here, by the refs in which hosts keep them. Throws as `fetchBranch` does. */
  fetchPull(remote: string, pull: number, signal: AbortSignal): Promise<ObjectId>;
  /** Where a local ref points: `refs/heads/main`. */
  resolve(ref: string, signal: AbortSignal): Promise<ObjectId | undefined>;
  hasObject(id: ObjectId, signal: AbortSignal): Promise<boolean>;
  isAncestor(ancestor: ObjectId, of: ObjectId, signal: AbortSignal): Promise<boolean>;
  /** The newest commit that both have in their history; undefined when there is none. */
  mergeBase(one: ObjectId, other: ObjectId, signal: AbortSignal): Promise<ObjectId | undefined>;
  /** Parents and tree of a commit. */
  readCommit(
    id: ObjectId,
    signal: AbortSignal,
  ): Promise<{ readonly tree: ObjectId; readonly parents: readonly ObjectId[]; readonly message: string }>;
  /** Files (not submodules) of a commit below a folder, recursive. */
  listTree(commit: ObjectId, folder: RepoPath, signal: AbortSignal): Promise<readonly TreeFile[]>;
  /** Paths that differ between two commits. */
  changedPaths(from: ObjectId, to: ObjectId, signal: AbortSignal): Promise<readonly RepoPath[]>;
  /**
   * Contents by id. In a partial clone what is missing is fetched, but only after `fetchBranch` was called here.
   * Throws `git-failed` naming what is missing.
   */
  readBlobs(ids: readonly ObjectId[], signal: AbortSignal): Promise<ReadonlyMap<ObjectId, Uint8Array>>;
  /** The tree that a commit with these edits would have; nothing is written. */
  treeWith(base: ObjectId, edits: CommitRequest['edits'], signal: AbortSignal): Promise<ObjectId>;
  /** A commit on a private index, pointed at by nothing yet; runs `commit-msg`, signs as configured. Throws `identity-missing`, `hook-refused`, `signing-failed`, `git-locked`. */
  commit(request: CommitRequest, signal: AbortSignal): Promise<MadeCommit>;
  /** Moves a ref when it still is at `expected` (undefined: does not exist); refuses a branch that is checked out. Throws `branch-moved`, `git-locked`. */
  updateRef(ref: string, to: ObjectId, expected: ObjectId | undefined, signal: AbortSignal): Promise<void>;
  deleteRef(ref: string, expected: ObjectId, signal: AbortSignal): Promise<void>;
  /** Pushes with a lease on `expected` (undefined: must not exist). Throws `branch-moved`, `push-rejected`, `hook-refused`, `remote-unreachable`, `remote-denied`. */
  push(
    remote: string,
    commit: ObjectId,
    branch: string,
    expected: ObjectId | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  deleteRemoteBranch(remote: string, branch: string, expected: ObjectId, signal: AbortSignal): Promise<void>;
  /** Unified diff between two commits, the changed lines only, without colours, external programs or text conversion. */
  diff(from: ObjectId, to: ObjectId, signal: AbortSignal): Promise<string>;
}

export interface Repositories {
  /** The repository a folder is in; a bare one only by its own folder and outside any checkout. Throws `git-missing`, `not-a-repository`. */
  open(folder: string, signal: AbortSignal): Promise<Repository>;
  /** A bare repository at `folder` with `url` as its remote `origin`, made when missing; nothing is fetched yet. */
  openMirror(url: string, folder: string, signal: AbortSignal): Promise<Repository>;
  /** e.g. `2.39.5`; undefined when there is no git. */
  version(signal: AbortSignal): Promise<string | undefined>;
}
