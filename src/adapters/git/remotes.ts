import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ObjectId, RemoteBranches, RepositoryPlace } from '../../engine/ports/repositories.ts';
import { branchRef, checkedId, checkedRemote, type Git } from './git.ts';
import { gitFailure } from './gitFailure.ts';
import type { GitMemory } from './gitMemory.ts';
import { resolveRef } from './refs.ts';
import { ownRefs, withStaleLockRemoved } from './staleLock.ts';

/** What the remote's HEAD names and the tips of branches, in one exchange. */
export async function remoteTips(git: Git, remote: string, branches: readonly string[], signal: AbortSignal) {
  const wanted = new Map(branches.map((branch) => [branchRef(branch), branch]));
  const patterns = ['HEAD', ...wanted.keys()];
  const args = ['ls-remote', '--symref', '--end-of-options', checkedRemote(remote), ...patterns] as const;
  const { stdout } = await git.run({ reach: 'helpers', args }, signal);
  const tips = new Map<string, ObjectId>();
  let defaultBranch: string | undefined;
  for (const line of stdout.toString().split('\n')) {
    const [value = '', ref = ''] = line.split('\t');
    // The patterns of ls-remote match the tail of a ref as well, so that refs/heads/x/HEAD comes along.
    const branch = ref === 'HEAD' ? defaultBranch : wanted.get(ref);
    if (ref === 'HEAD' && value.startsWith(symbolic)) defaultBranch = value.slice(symbolic.length);
    else if (branch !== undefined) tips.set(branch, value);
  }
  return { defaultBranch, tips };
}

const symbolic = 'ref: refs/heads/';

/** `remoteTips` that answers a remote in a folder of this machine as before, while nothing that it read there has changed. */
export function createRemoteTips(git: Git, place: RepositoryPlace, memory: GitMemory | undefined) {
  return async (remote: string, branches: readonly string[], signal: AbortSignal) => {
    const state = memory?.tipsState(place, remote);
    if (memory === undefined || state === undefined) return remoteTips(git, remote, branches, signal);
    const question = JSON.stringify([remote, ...branches]);
    const known = memory.recallTips(place, state, question);
    if (known) return { defaultBranch: known.defaultBranch, tips: new Map(known.tips) };
    const answer = await remoteTips(git, remote, branches, signal);
    const { defaultBranch, tips } = answer;
    // HEAD may name what is not among the branches that were looked at. What changed meanwhile has another state.
    if (defaultBranch !== undefined)
      await memory.keepTips(place, state, { question, defaultBranch, tips: [...tips] });
    return answer;
  };
}

/**
 * `remoteBranchesWith`, which answers as it did before while the remote's refs have the same stamp: each question costs
 * two processes.
 */
export function createRemoteBranches(git: Git, stampOfRefs: (below: string) => string | undefined) {
  const known = new Map<string, { readonly stamp: string; readonly answer: RemoteBranches | undefined }>();
  return async (
    remote: string,
    commit: ObjectId,
    signal: AbortSignal,
  ): Promise<RemoteBranches | undefined> => {
    const stamp = stampOfRefs(`refs/remotes/${checkedRemote(remote)}`);
    const question = `${commit} ${remote}`;
    const before = known.get(question);
    if (before !== undefined && before.stamp === stamp) return before.answer;
    const answer = await remoteBranchesWith(git, remote, commit, signal);
    if (stamp !== undefined) known.set(question, { stamp, answer });
    return answer;
  };
}

/** Looks at remote-tracking refs only. */
async function remoteBranchesWith(
  git: Git,
  remote: string,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<RemoteBranches | undefined> {
  const below = `refs/remotes/${checkedRemote(remote)}/`;
  const list = async (...options: readonly string[]): Promise<ReadonlyMap<string, string> | undefined> => {
    const args = ['for-each-ref', '--format=%(refname) %(symref)', ...options, below] as const;
    const { stdout, exitCode } = await git.run({ reach: 'local', args, answers: [0, noSuchCommit] }, signal);
    if (exitCode === noSuchCommit) return undefined;
    const lines = stdout.toString().split('\n').filter(Boolean);
    return new Map(
      lines.map((line) => {
        const [ref = '', target = ''] = line.split(' ');
        return [ref.slice(below.length), target.slice(below.length)];
      }),
    );
  };
  const [all, holding] = await Promise.all([list(), list(`--contains=${checkedId(commit)}`)]);
  if (!all?.size || !holding) return undefined;
  return {
    defaultBranch: all.get('HEAD') || undefined,
    holding: [...holding.keys()].filter((name) => name !== 'HEAD'),
  };
}

/** Exit code of `for-each-ref --contains`. */
const noSuchCommit = 129;

/** Fetches one branch to a ref of our own and gives its tip; no ref of the user's moves. */
export async function fetchBranch(
  git: Git,
  commonFolder: string,
  remote: string,
  branch: string,
  signal: AbortSignal,
): Promise<ObjectId> {
  const own = ownRef('base', checkedRemote(remote), branch);
  return fetchRef(git, commonFolder, { remote, ref: branchRef(branch), own }, signal);
}

/** Where hosts keep the heads of pull and merge requests: GitHub, Gitea and Forgejo; GitLab. */
const pullRefs = (pull: number): readonly string[] => [
  `refs/pull/${pull}/head`,
  `refs/merge-requests/${pull}/head`,
];

/** Fetches the head of a pull or merge request to a ref of our own. Throws `branch-missing`. */
export async function fetchPull(
  git: Git,
  commonFolder: string,
  remote: string,
  pull: number,
  signal: AbortSignal,
): Promise<ObjectId> {
  const refs = pullRefs(pull);
  const args = ['ls-remote', '--end-of-options', checkedRemote(remote), ...refs] as const;
  const { stdout } = await git.run({ reach: 'helpers', args }, signal);
  const found = new Set(
    stdout
      .toString()
      .split('\n')
      .map((line) => line.split('\t')[1]),
  );
  const ref = refs.find((known) => found.has(known));
  if (ref === undefined)
    throw new TowlineError('branch-missing', { why: `${remote} has neither ${refs.join(' nor ')}.` });
  const own = ownRef('pull', remote, String(pull));
  return fetchRef(git, commonFolder, { remote, ref, own }, signal);
}

async function fetchRef(
  git: Git,
  commonFolder: string,
  { remote, ref, own }: { readonly remote: string; readonly ref: string; readonly own: string },
  signal: AbortSignal,
): Promise<ObjectId> {
  const quiet = [
    '--quiet',
    '--no-tags',
    '--no-write-fetch-head',
    '--no-auto-maintenance',
    '--no-recurse-submodules',
  ];
  // An empty refmap keeps git from updating the remote-tracking refs that `remote.<name>.fetch` names.
  const exact = [
    '--refmap=',
    '--no-prune',
    '--no-prune-tags',
    '--no-write-commit-graph',
    '--no-show-forced-updates',
  ];
  const args = ['fetch', ...quiet, ...exact, '--end-of-options', remote, `+${ref}:${own}`] as const;
  await withStaleLockRemoved(commonFolder, signal, () => git.run({ reach: 'helpers', args }, signal));
  const tip = await resolveRef(git, own, signal);
  if (tip === undefined) throw gitFailure('fetch', `'${own}' is gone after the fetch`);
  return tip;
}

/** One level per name, so that the branches `a` and, later, `a/b` do not stand in each other's way. */
function ownRef(kind: 'base' | 'pull', remote: string, name: string): string {
  const level = (part: string) => encodeURIComponent(part).replaceAll('.', '%2E');
  return `${ownRefs}${kind}/${level(remote)}/${level(name)}`;
}
