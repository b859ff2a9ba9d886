import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ObjectId } from '../../engine/ports/repositories.ts';
import type { Git } from './git.ts';
import { quotable } from './gitFailure.ts';
import type { Settings } from './gitMemory.ts';

/** Whether there is a `commit-msg` hook as an executable file. */
export async function hasHookFile(
  git: Git,
  commonFolder: string,
  { hooksMoved }: Pick<Settings, 'hooksMoved'>,
  signal: AbortSignal,
): Promise<boolean> {
  return isExecutable(hooksMoved ? await hookFile(git, signal) : join(commonFolder, 'hooks/commit-msg'));
}

/**
 * Runs the user's `commit-msg` hook as `git commit` would, but on an index of our own, so that a hook that
 * looks at or adds to what is staged meets the proposal and not the user's work. Throws `hook-refused`.
 */
export async function runCommitMessageHook(
  git: Git,
  given: { readonly tree: ObjectId; readonly messageFile: string; readonly indexFile: string },
  signal: AbortSignal,
): Promise<void> {
  const ownIndex = { GIT_INDEX_FILE: given.indexFile };
  await git.run({ reach: 'local', args: ['read-tree', given.tree], environment: ownIndex }, signal);
  const environment = { ...ownIndex, GIT_EDITOR: ':' };
  const args = ['hook', 'run', '--ignore-missing', 'commit-msg', '--', given.messageFile] as const;
  const everyCode = Array.from({ length: 256 }, (_, code) => code);
  let result = await git.run({ reach: 'user', args, environment, answers: everyCode }, signal);
  // Before git 2.36.
  if (result.stderr.includes("'hook' is not a git command")) {
    result = await git.start(await hookFile(git, signal), [given.messageFile], environment, signal);
  }
  if (result.exitCode === 0) return;
  const said = quotable(`${result.stdout}\n${result.stderr}`);
  throw new TowlineError('hook-refused', { why: `commit-msg: ${said || `exit code ${result.exitCode}`}` });
}

async function hookFile(git: Git, signal: AbortSignal): Promise<string> {
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'hooks/commit-msg'] as const;
  // `user`: the other reaches set core.hooksPath.
  const { stdout } = await git.run({ reach: 'user', args }, signal);
  return stdout.toString().replace(/\n$/, '');
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
