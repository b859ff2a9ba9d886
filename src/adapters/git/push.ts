import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ObjectId } from '../../engine/ports/repositories.ts';
import { branchRef, checkedId, checkedRemote, type Git } from './git.ts';
import { configurationVariables } from './gitEnvironment.ts';
import { codeOfWords, gitFailure, quotable } from './gitFailure.ts';
import { parsePush } from './parsePush.ts';
import { remoteTips } from './remotes.ts';

/** Pushes a commit, or nothing to delete the branch, with a lease on what the branch is expected to be. */
async function pushRef(
  git: Git,
  { remote, source, branch, expected }: { remote: string; source: string; branch: string; expected: string },
  signal: AbortSignal,
): Promise<void> {
  const ref = branchRef(branch);
  const { exitCode, stdout, stderr } = await git.run(
    {
      reach: 'user',
      // `mirror` refuses refspecs; push configuration may not add refs to this one.
      environment: configurationVariables(git.environment, [
        [`remote.${checkedRemote(remote)}.mirror`, 'false'],
      ]),
      args: [
        'push',
        '--porcelain',
        '--no-follow-tags',
        '--recurse-submodules=no',
        `--force-with-lease=${ref}:${expected}`,
        '--end-of-options',
        remote,
        `${source}:${ref}`,
      ],
      answers: [0, 1],
    },
    signal,
  );
  if (exitCode === 0) return;
  const outcome = parsePush(stdout.toString(), ref, stderr);
  if (outcome.kind === 'moved') {
    throw new TowlineError('branch-moved', { why: `${branch} on ${remote}: ${outcome.reason}` });
  }
  if (outcome.kind === 'rejected') throw rejected(outcome.reason, stderr);
  // Exit code 1 without a word about the ref, and none about the way to the remote: the pre-push hook.
  if (codeOfWords(stderr) !== 'git-failed') throw gitFailure('push', stderr);
  throw new TowlineError('hook-refused', { why: `pre-push: ${hookWords(stderr) || 'it said nothing'}` });
}

function rejected(reason: string, stderr: string): TowlineError {
  const lines = stderr.split('\n').filter((line) => line.startsWith('remote: '));
  const said = quotable(lines.map((line) => line.slice('remote: '.length)).join('\n'));
  return new TowlineError('push-rejected', { why: said === '' ? reason : `${reason}\n${said}` });
}

function hookWords(stderr: string): string {
  return quotable(stderr.replace(/^error: failed to push some refs to .*$/m, ''));
}

export async function push(
  git: Git,
  remote: string,
  commit: ObjectId,
  branch: string,
  expected: ObjectId | undefined,
  signal: AbortSignal,
): Promise<void> {
  const lease = expected === undefined ? '' : checkedId(expected);
  await pushRef(git, { remote, source: checkedId(commit), branch, expected: lease }, signal);
}

/** Deleting what is gone already is done. */
export async function deleteRemoteBranch(
  git: Git,
  remote: string,
  branch: string,
  expected: ObjectId,
  signal: AbortSignal,
): Promise<void> {
  try {
    await pushRef(git, { remote, source: '', branch, expected: checkedId(expected) }, signal);
  } catch (error) {
    if (!TowlineError.is(error, 'branch-moved', 'push-rejected', 'hook-refused')) throw error;
    const { tips } = await remoteTips(git, remote, [branch], signal);
    if (tips.has(branch)) throw error;
  }
}
