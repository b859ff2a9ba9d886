import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { CommitRequest, MadeCommit, ObjectId } from '../../engine/ports/repositories.ts';
import { hasHookFile, runCommitMessageHook } from './commitMessageHook.ts';
import { checkedId, type Git } from './git.ts';
import { gitFailure, quotable } from './gitFailure.ts';
import type { Settings } from './gitMemory.ts';
import type { ObjectReader } from './objectReader.ts';
import { diff } from './readHistory.ts';
import { writeTree } from './writeTree.ts';

/**
 * A commit on top of `base` that no ref names yet. Throws `identity-missing`, `hook-refused`,
 * `signing-failed`.
 */
export async function makeCommit(
  git: Git,
  reader: ObjectReader,
  { commonFolder, settings }: { readonly commonFolder: string; readonly settings: Settings },
  request: CommitRequest,
  signal: AbortSignal,
): Promise<MadeCommit> {
  const [tree, hookFile] = await Promise.all([
    writeTree(git, reader, request.base, request.edits, signal),
    hasHookFile(git, commonFolder, settings, signal),
  ]);
  const message = tidy(request.message);
  const agreed =
    hookFile || settings.hooked ? await askHook(git, tree, message, request.workFolder, signal) : message;
  const [commit, changes] = await Promise.all([
    commitTree(git, request, tree, agreed, settings.signs, signal),
    diff(git, request.base, tree, signal),
  ]);
  return { commit, tree, diff: changes };
}

/** The message as the user's hook leaves it. */
async function askHook(
  git: Git,
  tree: ObjectId,
  message: string,
  workFolder: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  const folder = await mkdtemp(join(workFolder ?? tmpdir(), 'towline-commit-'));
  try {
    const messageFile = join(folder, 'COMMIT_EDITMSG');
    await writeFile(messageFile, message);
    await runCommitMessageHook(git, { tree, messageFile, indexFile: join(folder, 'index') }, signal);
    return tidy(await readFile(messageFile, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function tidy(message: string): string {
  const text = message.trimEnd();
  if (text === '') throw new TowlineError('hook-refused', { why: 'the commit message is empty' });
  return `${text}\n`;
}

/** Never git's guess of a name and address from the machine. */
const identityOnly = ['-c', 'user.useConfigOnly=true'];

async function commitTree(
  git: Git,
  { base, time }: CommitRequest,
  tree: ObjectId,
  message: string,
  signs: boolean,
  signal: AbortSignal,
): Promise<ObjectId> {
  const date = `@${time} +0000`;
  const signing = signs ? ['-S'] : [];
  const { exitCode, stdout, stderr } = await git.run(
    {
      reach: 'helpers',
      options: [...identityOnly, '-c', 'i18n.commitEncoding=UTF-8'],
      args: ['commit-tree', ...signing, '-p', checkedId(base), '-F', '-', tree],
      input: message,
      ...(time === undefined ? {} : { environment: { GIT_AUTHOR_DATE: date, GIT_COMMITTER_DATE: date } }),
      answers: [0, 1, 128],
    },
    signal,
  );
  if (exitCode === 0) return stdout.toString().trim();
  await expectIdentity(git, signal);
  throw gitFailure('commit-tree', stderr, signs && !isDiskTrouble(stderr) ? 'signing-failed' : 'git-failed');
}

async function expectIdentity(git: Git, signal: AbortSignal): Promise<void> {
  for (const who of ['GIT_AUTHOR_IDENT', 'GIT_COMMITTER_IDENT']) {
    const { exitCode, stderr } = await git.run(
      { reach: 'local', options: identityOnly, args: ['var', who], answers: [0, 1, 128] },
      signal,
    );
    if (exitCode !== 0) throw new TowlineError('identity-missing', { why: identityWords(stderr) });
  }
}

/** Git's own advice is long and the catalogue says the same. */
function identityWords(stderr: string): string {
  return quotable(stderr).split('\n').at(-1) || 'git var gives no name and address';
}

function isDiskTrouble(words: string): boolean {
  return /No space left|unable to (write|create)|insufficient permission|Read-only file system/i.test(words);
}
