import type { ChildProcess } from 'node:child_process';
import type { ErrorCode } from '../../domain/errors/errorCatalogue.ts';
import { environmentFor, guardsFor, type Reach } from './gitEnvironment.ts';
import { gitFailure } from './gitFailure.ts';
import { type ProgramResult, runProgram, startProgram } from './runProgram.ts';

export interface GitCommand {
  readonly reach: Reach;
  readonly args: readonly [subcommand: string, ...string[]];
  readonly input?: Uint8Array | string;
  /** Added to the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Options before the subcommand, after the guards. */
  readonly options?: readonly string[];
  /** Exit codes that are answers, not failures; 0 alone when absent. */
  readonly answers?: readonly number[];
  /** Code of a failure whose words are not known; `git-failed` when absent. */
  readonly otherwise?: ErrorCode;
}

/** Runs git commands in one repository. Throws what git's words mean when the exit code is not an answer. */
export interface Git {
  /** What a child process of ours inherits. */
  readonly environment: Readonly<Record<string, string>>;
  run(command: GitCommand, signal: AbortSignal): Promise<ProgramResult>;
  /** Starts a command that answers on its pipes until its input ends; its caller ends it. */
  open(command: Pick<GitCommand, 'reach' | 'args'>): ChildProcess;
  /** Starts a program other than git (a hook) where git would, giving whatever it answers. */
  start(
    program: string,
    args: readonly string[],
    environment: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<ProgramResult>;
}

export function createGit(
  program: string,
  folder: string,
  environment: Readonly<Record<string, string>>,
): Git {
  return {
    environment,
    async run({ reach, args, input, environment: added, options = [], answers = [0], otherwise }, signal) {
      const result = await runProgram(
        {
          program,
          folder,
          args: [...guardsFor(reach), ...options, ...args],
          environment: { ...environmentFor(reach, environment), ...added },
          input,
        },
        signal,
      );
      if (answers.includes(result.exitCode)) return result;
      throw gitFailure(args[0], result.stderr, otherwise);
    },
    open({ reach, args }) {
      const all = [...guardsFor(reach), ...args];
      return startProgram(
        { program, folder, args: all, environment: environmentFor(reach, environment) },
        'pipe',
      );
    },
    start(other, args, added, signal) {
      return runProgram({ program: other, args, folder, environment: { ...environment, ...added } }, signal);
    },
  };
}

const idPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** Object ids go to git unquoted, so that nothing else may pass for one. */
export function checkedId(id: string): string {
  if (!idPattern.test(id)) throw gitFailure('rev-parse', `'${id}' is not an object id`);
  return id;
}

/** A local branch's full name. Throws `git-failed` for what git would not take as a branch name. */
export function branchRef(branch: string): string {
  return checkedRef(`refs/heads/${branch}`);
}

/** The rules of git-check-ref-format that matter for safety. */
export function checkedRef(ref: string): string {
  const unfit = /[\u0000- \u007f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|[./]$/;
  if (!ref.startsWith('refs/') || unfit.test(ref))
    throw gitFailure('check-ref-format', `'${ref}' is not a ref`);
  return ref;
}

/** Remote names and addresses: never an option, never a transport that runs a command. */
export function checkedRemote(remote: string): string {
  if (remote === '' || remote.startsWith('-') || /^ext::/i.test(remote)) {
    throw gitFailure('remote', `'${remote}' cannot be used as a remote`);
  }
  return remote;
}
