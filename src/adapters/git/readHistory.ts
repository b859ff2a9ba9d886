import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { CommitFacts, ObjectId } from '../../engine/ports/repositories.ts';
import { checkedId, type Git } from './git.ts';

/** Bytes of arguments that every system takes; more paths go through standard input. */
const argumentRoom = 24_000;

export async function lastCommitTouching(
  git: Git,
  commonFolder: string,
  from: ObjectId,
  paths: readonly RepoPath[],
  signal: AbortSignal,
): Promise<CommitFacts | undefined> {
  const whole = paths.includes('');
  const limit = whole ? [] : ['--', ...paths];
  const long = limit.reduce((sum, path) => sum + path.length, 0) > argumentRoom;
  // rev-list, unlike log, knows no configuration that starts a program.
  const { stdout } = await git.run(
    {
      reach: 'local',
      args: [
        'rev-list',
        '--max-count=1',
        ...factsFormat,
        ...(long ? ['--stdin'] : [checkedId(from), ...limit]),
      ],
      ...(long ? { input: `${[checkedId(from), ...limit].join('\n')}\n` } : {}),
    },
    signal,
  );
  const [facts] = readFacts(stdout);
  if (!facts) return undefined;
  return (await isShallowEdge(commonFolder, facts.id)) ? { ...facts, shallow: true } : facts;
}

export async function findCommit(
  git: Git,
  words: string,
  signal: AbortSignal,
): Promise<CommitFacts | undefined> {
  const named = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${words}^{commit}`] as const;
  // 128: Git cannot even read the words, e.g. `a..b`.
  const { stdout, exitCode } = await git.run({ reach: 'local', args: named, answers: [0, 1, 128] }, signal);
  const id = stdout.toString().trim();
  if (exitCode !== 0 || id === '') return undefined;
  const args = ['rev-list', '--max-count=1', ...factsFormat, checkedId(id)] as const;
  return readFacts((await git.run({ reach: 'local', args }, signal)).stdout)[0];
}

export async function branchHistory(
  git: Git,
  from: ObjectId,
  paths: readonly RepoPath[],
  count: number,
  signal: AbortSignal,
): Promise<readonly CommitFacts[]> {
  const limit = [`--max-count=${Math.max(0, Math.trunc(count))}`, '--first-parent', ...factsFormat];
  const within = paths.includes('') ? [] : ['--', ...paths];
  const args = ['rev-list', ...limit, checkedId(from), ...within] as const;
  return readFacts((await git.run({ reach: 'local', args }, signal)).stdout);
}

const factsFormat = ['--encoding=UTF-8', '--format=%H%n%ct%n%s'];

/** Four lines a commit: `commit <id>`, and the three of the format. */
function readFacts(stdout: Buffer): readonly CommitFacts[] {
  const lines = stdout.toString().split('\n');
  const found: CommitFacts[] = [];
  for (let at = 0; at + 3 < lines.length; at += 4) {
    const [, id = '', time, subject = ''] = lines.slice(at, at + 4);
    found.push({ id, time: Number(time), subject });
  }
  return found;
}

export async function recentSubjects(
  git: Git,
  from: ObjectId,
  count: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const limit = `--max-count=${Math.max(0, Math.trunc(count))}`;
  const args = ['rev-list', limit, '--encoding=UTF-8', '--format=%s', checkedId(from)] as const;
  const { stdout } = await git.run({ reach: 'local', args }, signal);
  // Every other line is `commit <id>`; a subject is one line by definition.
  const lines = stdout.toString().split('\n');
  return lines.filter((_, index) => index % 2 === 1);
}

export async function isAncestor(
  git: Git,
  ancestor: ObjectId,
  of: ObjectId,
  signal: AbortSignal,
): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', checkedId(ancestor), checkedId(of)] as const;
  const { exitCode } = await git.run({ reach: 'local', args, answers: [0, 1] }, signal);
  return exitCode === 0;
}

/** Undefined for commits of histories that have nothing in common. */
export async function mergeBase(
  git: Git,
  one: ObjectId,
  other: ObjectId,
  signal: AbortSignal,
): Promise<ObjectId | undefined> {
  const args = ['merge-base', checkedId(one), checkedId(other)] as const;
  const { stdout } = await git.run({ reach: 'local', args, answers: [0, 1] }, signal);
  return stdout.toString().split('\n')[0] || undefined;
}

/** Paths that differ between two commits; both ends of a move. */
export async function changedPaths(
  git: Git,
  from: ObjectId,
  to: ObjectId,
  signal: AbortSignal,
): Promise<readonly RepoPath[]> {
  const quiet = ['-r', '-z', '--name-only', '--no-renames', '--ignore-submodules=none'];
  const args = ['diff-tree', ...quiet, checkedId(from), checkedId(to)] as const;
  const { stdout } = await git.run({ reach: 'local', args }, signal);
  return stdout
    .toString()
    .split('\0')
    .filter((path) => path !== '');
}

/** Unified diff between two commits, or trees, without the lines around: they may hold what no record should keep. */
export async function diff(git: Git, from: ObjectId, to: ObjectId, signal: AbortSignal): Promise<string> {
  const { stdout } = await git.run(
    {
      reach: 'local',
      options: ['-c', 'core.quotePath=false'],
      args: [
        'diff-tree',
        '--unified=0',
        '-r',
        '--no-color',
        '--no-ext-diff',
        '--no-textconv',
        '--no-renames',
        '--submodule=short',
        '--ignore-submodules=none',
        '--src-prefix=a/',
        '--dst-prefix=b/',
        checkedId(from),
        checkedId(to),
      ],
    },
    signal,
  );
  return stdout.toString();
}

/** A commit whose parents a shallow clone left out seems to have made every file. */
async function isShallowEdge(commonFolder: string, id: ObjectId): Promise<boolean> {
  try {
    return (await readFile(join(commonFolder, 'shallow'), 'utf8')).split('\n').includes(id);
  } catch {
    return false;
  }
}
