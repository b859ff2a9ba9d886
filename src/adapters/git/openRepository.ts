import { statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Repository } from '../../engine/ports/repositories.ts';
import { createRepository } from './createRepository.ts';
import { createGit } from './git.ts';
import { guardsFor } from './gitEnvironment.ts';
import { gitFailure, quotable } from './gitFailure.ts';
import type { GitMemory } from './gitMemory.ts';
import { readSettings } from './readSettings.ts';
import { type ProgramResult, runProgram } from './runProgram.ts';

export interface Opening {
  /** Absolute path of git. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly memory?: GitMemory | undefined;
}

/** Throws `not-a-repository`, or `git-failed` where git refuses a repository that is there. */
export async function openRepository(
  { program, environment, memory }: Opening,
  folder: string,
  signal: AbortSignal,
): Promise<Repository> {
  const here = resolve(folder);
  const known = memory?.recallCheckout(here);
  if (known) {
    const { top, commonFolder, configuration } = known;
    const settings = { ...known.settings, readAt: Date.now(), configuration };
    return createRepository(
      createGit(program, top, environment),
      { top, commonFolder },
      { settings, memory },
    );
  }
  if (!isFolder(here)) throw new TowlineError('not-a-repository', { why: `${here} is not a folder` });
  const git = createGit(program, here, environment);
  const reading = readSettings(git, signal);
  // Its failure is that of rev-parse, which says it better.
  reading.catch(() => {});
  const args = ['rev-parse', '--path-format=absolute', '--git-common-dir', '--show-toplevel'];
  const request = { program, folder: here, environment, args: [...guardsFor('local'), ...args] };
  const result = await runProgram(request, signal);
  if (result.exitCode !== 0) return openBare({ program, environment }, here, result, signal);
  const [commonFolder = '', top = '', ...more] = result.stdout.toString().split('\n');
  if (more.length !== 1) throw gitFailure('rev-parse', `${here}: paths with line breaks are not supported`);
  const place = { top, commonFolder };
  const settings = await reading;
  await memory?.keepCheckout(place, settings);
  return createRepository(createGit(program, top, environment), place, { settings, memory });
}

/**
 * A bare repository is opened when its own folder was named and no checkout surrounds it: one inside a
 * checkout may be part of somebody else's commit, with a configuration that starts programs.
 */
async function openBare(
  opening: Opening,
  folder: string,
  refusal: ProgramResult,
  signal: AbortSignal,
): Promise<Repository> {
  const looksBare = ['HEAD', 'objects', 'refs'].every((name) => exists(join(folder, name)));
  const why = `${folder}: ${quotable(refusal.stderr)}`;
  if (!looksBare)
    throw new TowlineError(isAbsence(refusal.stderr) ? 'not-a-repository' : 'git-failed', { why });
  const outside = await revParse(opening, dirname(folder), ['--show-toplevel'], [], signal);
  if (outside.exitCode === 0) throw new TowlineError('not-a-repository', { why });
  const bare = ['-c', 'safe.bareRepository=all'];
  const found = await revParse(opening, folder, ['--absolute-git-dir', '--is-bare-repository'], bare, signal);
  const [commonFolder = '', isBare] = found.stdout.toString().split('\n');
  if (found.exitCode !== 0 || isBare !== 'true') throw gitFailure('rev-parse', `${found.stderr}\n${why}`);
  return bareRepository(opening, commonFolder);
}

/** A bare repository whose place is known; nothing is discovered from where the folder stands. */
export function bareRepository({ program, environment }: Opening, folder: string): Repository {
  const git = createGit(program, folder, { ...environment, GIT_DIR: folder });
  return createRepository(git, { top: undefined, commonFolder: folder });
}

function revParse(
  { program, environment }: Opening,
  folder: string,
  args: readonly string[],
  options: readonly string[],
  signal: AbortSignal,
): Promise<ProgramResult> {
  const all = [...guardsFor('local'), ...options, 'rev-parse', ...args];
  return runProgram({ program, folder, environment, args: all }, signal);
}

function isAbsence(words: string): boolean {
  return /not a git repository|must be run in a work tree|cannot use bare repository/i.test(words);
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
