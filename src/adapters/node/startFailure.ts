import { statSync } from 'node:fs';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { describeFileError, systemCode } from './fileFailure.ts';
import { type Environment, variable } from './findProgram.ts';

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Why a program did not start; the system blames the program for a missing folder too. */
export function startFailure(
  program: string,
  folder: string,
  environment: Environment,
  cause: unknown,
): TowlineError {
  if (!isFolder(folder)) {
    return new TowlineError('command-not-found', {
      why: `${program} cannot start: its folder ${folder} does not exist or cannot be entered`,
      next: 'Create the folder or correct where the command runs in towline.yaml.',
      cause,
    });
  }
  if (systemCode(cause) !== 'ENOENT') {
    return new TowlineError('command-not-found', {
      why: `${program} cannot start in ${folder}: ${describeFileError(cause)}`,
      next: 'Make the program executable, or correct the command in towline.yaml.',
      cause,
    });
  }
  const why =
    program.includes('/') || program.includes('\\')
      ? `there is no ${program}, seen from ${folder} (or the interpreter its first line names is missing)`
      : `there is no ${program} on PATH (${variable(environment, 'PATH') || 'which is empty'})`;
  return new TowlineError('command-not-found', { why, cause });
}
