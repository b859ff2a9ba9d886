import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ObjectId } from '../../engine/ports/repositories.ts';
import { checkedId, checkedRef, type Git } from './git.ts';
import { gitFailure } from './gitFailure.ts';
import { withStaleLockRemoved } from './staleLock.ts';

/** Where exactly this ref points, never one that git would guess from it. */
export async function resolveRef(git: Git, ref: string, signal: AbortSignal): Promise<ObjectId | undefined> {
  const args = ['for-each-ref', '--format=%(objectname) %(refname)', checkedRef(ref)] as const;
  const { stdout } = await git.run({ reach: 'local', args }, signal);
  const lines = stdout.toString().split('\n');
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(' ')[0];
}

/** Compare and swap; throws `branch-moved`, `git-locked`, or `git-failed` for a branch that is checked out. */
export async function updateRef(
  git: Git,
  commonFolder: string,
  ref: string,
  to: ObjectId,
  expected: ObjectId | undefined,
  signal: AbortSignal,
): Promise<void> {
  await expectNotCheckedOut(git, checkedRef(ref), signal);
  const before = expected === undefined ? '' : checkedId(expected);
  const args = ['update-ref', '--no-deref', '--end-of-options', ref, checkedId(to), before] as const;
  await swap(git, commonFolder, { ref, args, expected }, signal);
}

export async function deleteRef(
  git: Git,
  commonFolder: string,
  ref: string,
  expected: ObjectId,
  signal: AbortSignal,
): Promise<void> {
  await expectNotCheckedOut(git, checkedRef(ref), signal);
  const args = ['update-ref', '--no-deref', '-d', '--end-of-options', ref, checkedId(expected)] as const;
  await swap(git, commonFolder, { ref, args, expected }, signal);
}

async function swap(
  git: Git,
  commonFolder: string,
  change: { ref: string; args: readonly [string, ...string[]]; expected: ObjectId | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { ref, args, expected } = change;
  await withStaleLockRemoved(commonFolder, signal, async () => {
    const result = await git.run({ reach: 'local', args, answers: [0, 1, 128] }, signal);
    if (result.exitCode === 0) return;
    const now = await resolveRef(git, ref, signal);
    if (now === expected) throw gitFailure('update-ref', result.stderr);
    const found = now === undefined ? 'does not exist' : `is at ${now}`;
    throw new TowlineError('branch-moved', { why: `${ref} ${found}, expected ${expected ?? 'none'}` });
  });
}

/** Moving a branch under a checkout would make its index and files differ from HEAD. */
async function expectNotCheckedOut(git: Git, ref: string, signal: AbortSignal): Promise<void> {
  if (!ref.startsWith('refs/heads/')) return;
  const args = ['for-each-ref', '--format=%(worktreepath)', ref] as const;
  const { stdout } = await git.run({ reach: 'local', args }, signal);
  const where = stdout.toString().trim();
  if (where !== '') throw gitFailure('update-ref', `'${ref}' is checked out at ${where}`);
}
