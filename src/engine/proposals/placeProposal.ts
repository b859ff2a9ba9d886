import { TowlineError } from '../../domain/errors/towlineError.ts';
import { isProposalMessage } from '../../domain/proposals/commitMessage.ts';
import type { ProposeOutput } from '../../domain/runs/stepOutput.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { ObjectId } from '../ports/repositories.ts';
import type { ManifestSource } from './manifestSource.ts';

/** A change of the manifests that wants a branch. */
export interface ProposalContent {
  readonly branch: string;
  readonly files: ReadonlyMap<RepoPath, string>;
  /** Called only when a commit is needed. */
  readonly message: () => Promise<string>;
  /** Absolute path of a folder for temporary files, which a killed run leaves behind and the next one removes. */
  readonly workFolder: () => Promise<string>;
}

export interface PlacedProposal {
  readonly change: Extract<ProposeOutput['change'], 'created' | 'updated' | 'same'>;
  readonly commit: ObjectId;
  /** Undefined where the commit was there already. */
  readonly diff?: string;
  /** The commit it was made on: older than the base where the base's newer commits do not concern it. */
  readonly parent: ObjectId;
}

/** How often a branch that others move at the same moment is looked at again. */
const attempts = 3;

/**
 * Puts a proposal on its branch: nothing is done where the branch says the same already, a branch of ours is
 * moved with a lease on what it was, and one that somebody else committed to is left alone. Throws what
 * `Repository.commit` and `push` throw.
 */
export async function placeProposal(
  source: ManifestSource,
  content: ProposalContent,
  signal: AbortSignal,
): Promise<PlacedProposal> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await placeOnce(source, content, signal);
    } catch (error) {
      // Another run of the same may have been first; what it left is then looked at like any other branch.
      if (attempt === attempts || !TowlineError.is(error, 'branch-moved')) throw error;
      const known = source.tip(content.branch);
      if ((await source.askTip(content.branch, signal)) === known) throw error;
    }
  }
}

async function placeOnce(
  source: ManifestSource,
  content: ProposalContent,
  signal: AbortSignal,
): Promise<PlacedProposal> {
  const standing = await findStanding(source, content, signal);
  if (standing) return standing;
  const { repository, remote, baseCommit } = source;
  const { branch } = content;
  const edits = editsOf(content);
  const tip = source.tip(branch);
  const { commit, diff } = await repository.commit(
    { base: baseCommit, edits, message: await content.message(), workFolder: await content.workFolder() },
    signal,
  );
  if (remote) await repository.push(remote.name, commit, branch, tip, signal);
  else await repository.updateRef(`refs/heads/${branch}`, commit, tip, signal);
  return { change: tip === undefined ? 'created' : 'updated', commit, diff, parent: baseCommit };
}

/** The proposal as it stands already: the branch says the same. */
export async function findStanding(
  source: ManifestSource,
  content: Pick<ProposalContent, 'branch' | 'files'>,
  signal: AbortSignal,
): Promise<PlacedProposal | undefined> {
  const tip = source.tip(content.branch);
  if (tip === undefined) return undefined;
  const known = await readBranch(source, content.branch, tip, signal);
  return (await saysTheSame(source, known, editsOf(content), signal))
    ? { change: 'same', commit: tip, parent: known.parent }
    : undefined;
}

function editsOf({
  files,
}: Pick<ProposalContent, 'files'>): { readonly path: RepoPath; readonly content: Uint8Array }[] {
  const encoder = new TextEncoder();
  return [...files].map(([path, text]) => ({ path, content: encoder.encode(text) }));
}

export interface ProposalBranch {
  readonly tip: ObjectId;
  /** The commit of the environment's branch that it was made on. */
  readonly parent: ObjectId;
  readonly tree: ObjectId;
  readonly message: string;
}

/** The branch as we left it, or an error when it holds somebody else's work: that must not be lost. */
export async function readBranch(
  source: ManifestSource,
  branch: string,
  tip: ObjectId,
  signal: AbortSignal,
): Promise<ProposalBranch> {
  const { repository, remote } = source;
  if (remote && !(await repository.hasObject(tip, signal)))
    await repository.fetchBranch(remote.name, branch, signal);
  const { message, parents, tree } = await repository.readCommit(tip, signal);
  const [parent, ...others] = parents;
  if (!isProposalMessage(message) || parent === undefined || others.length > 0) {
    throw new TowlineError('branch-moved', {
      why: `The newest commit of ${branch} (${tip.slice(0, 7)}) was not made by Towline.`,
      next: 'Merge that branch, or delete it after keeping what it holds; then run again.',
    });
  }
  return { tip, parent, tree, message };
}

/**
 * Whether the branch holds these edits already: on this very base, or on an older one when the base's newer
 * commits left the edited files alone, so that reviewers keep what they looked at.
 */
async function saysTheSame(
  { repository, baseCommit }: ManifestSource,
  branch: ProposalBranch,
  edits: readonly { readonly path: RepoPath; readonly content: Uint8Array }[],
  signal: AbortSignal,
): Promise<boolean> {
  if (branch.parent === baseCommit)
    return branch.tree === (await repository.treeWith(baseCommit, edits, signal));
  if (!(await repository.isAncestor(branch.parent, baseCommit, signal))) return false;
  if (branch.tree !== (await repository.treeWith(branch.parent, edits, signal))) return false;
  const changed = await repository.changedPaths(branch.parent, baseCommit, signal);
  return edits.every(({ path }) => !changed.includes(path));
}
