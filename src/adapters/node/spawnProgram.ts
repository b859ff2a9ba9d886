import type { ChildProcess, StdioOptions, spawn } from 'node:child_process';
import type { ProcessRequest } from '../../engine/ports/processes.ts';
import { findProgram } from './findProgram.ts';
import { startFailure } from './startFailure.ts';

type Program = Pick<ProcessRequest, 'command' | 'folder' | 'environment'>;

/** Loaded when first needed; cross-spawn quotes for Windows' `.cmd` files and is plain `spawn` elsewhere. */
async function loadSpawn(): Promise<typeof spawn> {
  if (process.platform !== 'win32') return (await import('node:child_process')).spawn;
  return (await import('cross-spawn')).default as typeof spawn;
}

/** On Windows an absolute path, because the system would look into the current folder before PATH. */
function executable({ command, folder, environment }: Program): string {
  if (process.platform !== 'win32') return command[0];
  return findProgram(command[0], folder, environment) ?? command[0];
}

/**
 * Starts a program at the head of its own process group (POSIX) and resolves when it runs. `onCreated` attaches
 * listeners before anything can have happened. Throws `command-not-found`.
 */
export async function spawnProgram(
  program: Program,
  stdio: StdioOptions,
  onCreated: (child: ChildProcess) => void,
): Promise<ChildProcess> {
  const { command, folder, environment } = program;
  const spawnNow = await loadSpawn();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  try {
    const child = spawnNow(executable(program), command.slice(1), {
      cwd: folder,
      env: { ...environment },
      stdio,
      detached: process.platform !== 'win32',
      windowsHide: true,
    });
    child.on('spawn', resolve);
    child.on('error', reject);
    onCreated(child);
    await promise;
    return child;
  } catch (error) {
    throw startFailure(command[0], folder, environment, error);
  }
}
