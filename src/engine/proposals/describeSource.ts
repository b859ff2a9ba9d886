import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ObjectId, Remote, RemoteBranches, Repository } from '../ports/repositories.ts';
import { mainRemote } from '../workspace/mainRemote.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import type { ManifestSource } from './manifestSource.ts';

/**
 * Where an image's source commit is, as `commit 1234567, which is not on origin`, where a reviewer should know: its
 * proposal may take the place of one that was built from merged code. Undefined where the commit is on the default
 * branch of the source's remote, and where nobody tells: the repository has no remote, none of the remote's branches
 * is known here, or which one is the default is neither known here nor answered.
 */
export async function describeSource(
  manifests: ManifestSource,
  opened: OpenWorkspace,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (isMerged(manifests, opened)) return undefined;
  const { repository } = opened;
  const same = manifests.repository === repository;
  const { remote, branches } = await findBranches(repository, commit, signal);
  if (!remote || !branches) return undefined;
  const short = commit.slice(0, 7);
  const [first, ...others] = branches.holding;
  if (first === undefined)
    return `commit ${short}, which is not on ${remote.name}, where reviewers could see it`;
  const main =
    (same ? manifests.defaultBranch : undefined) ??
    branches.defaultBranch ??
    (await askDefaultBranch(repository, remote.name, signal));
  if (main === undefined || branches.holding.includes(main)) return undefined;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `commit ${short}, which is on ${first}${more} but not on ${main}`;
}

/** What is checked out is what the remote has: the image's source is merged, by whichever commit. */
export function isMerged(manifests: ManifestSource, { repository, state }: OpenWorkspace): boolean {
  const { base, baseCommit, defaultBranch } = manifests;
  return manifests.repository === repository && base === defaultBranch && baseCommit === state.head;
}

/** Which branches of the source's remote hold a commit, as far as that is known here. */
export async function findBranches(
  repository: Repository,
  commit: ObjectId,
  signal: AbortSignal,
): Promise<{ readonly remote: Remote | undefined; readonly branches: RemoteBranches | undefined }> {
  const remotes = await repository.remotes(signal);
  const remote = mainRemote(remotes);
  const branches = remote && (await repository.remoteBranchesWith(remote.name, commit, signal));
  return { remote, branches };
}

/** Only a clone keeps what the remote's HEAD names. A remote that does not answer is no trouble of the proposal's. */
async function askDefaultBranch(
  repository: Repository,
  remote: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await repository.remoteTips(remote, [], signal)).defaultBranch;
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof TowlineError) return undefined;
    throw error;
  }
}
