import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RecordStore } from '../../engine/ports/journalStore.ts';
import type { Repositories } from '../../engine/ports/repositories.ts';
import { findGit } from './findGit.ts';
import { cleanEnvironment } from './gitEnvironment.ts';
import { createGitMemory } from './gitMemory.ts';
import { openMirror } from './openMirror.ts';
import { type Opening, openRepository } from './openRepository.ts';
import { runProgram } from './runProgram.ts';

export interface RepositoriesOptions {
  /** What git inherits: PATH, HOME, proxies, agents, the user's GIT_* variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute path of git; found on PATH when absent. */
  readonly program?: string;
  /** Where to keep what git said of a repository; it is asked each time when absent. */
  readonly openRecords?: (commonFolder: string) => RecordStore;
  /** Milliseconds since the epoch; the machine's own time when absent. */
  readonly now?: () => number;
  /** Up to so many files, 1,000 when absent, Node looks at each sooner than git could be started for it. */
  readonly fewFiles?: number;
}

/** Repositories through the user's own git, one process per question. */
export function createRepositories(options: RepositoriesOptions): Repositories {
  let found: Opening | undefined;

  function opening(): Opening {
    const program = options.program ?? findGit(options.environment);
    if (program === undefined) {
      throw new TowlineError('git-missing', { why: `PATH is ${options.environment.PATH ?? 'not set'}` });
    }
    if (!found) {
      const environment = cleanEnvironment(options.environment);
      const { openRecords, now = Date.now, fewFiles = 1_000 } = options;
      const memory = openRecords && createGitMemory({ program, environment }, openRecords, { now, fewFiles });
      found = { program, environment, memory };
    }
    return found;
  }

  return {
    async open(folder, signal) {
      return openRepository(opening(), folder, signal);
    },
    async openMirror(url, folder, signal) {
      return openMirror(opening(), url, folder, signal);
    },
    async version(signal) {
      const program = options.program ?? findGit(options.environment);
      if (program === undefined) return undefined;
      const environment = cleanEnvironment(options.environment);
      const { stdout } = await runProgram({ program, args: ['version'], folder: '/', environment }, signal);
      return /\d+(\.\d+)+/.exec(stdout.toString())?.[0];
    },
  };
}
