import { readdirSync, readFileSync } from 'node:fs';
import type { ProcessRequest } from '../../engine/ports/processes.ts';
import { send, waitUntil } from './endProcess.ts';
import { isProcessAlive } from './processStatus.ts';

/**
 * A mark in the environment is there from a program's first moment on, passes to everything that it starts, and
 * is never another program's, which cannot be said of a process number that somebody wrote down.
 */
const variable = 'TOWLINE_RUN';

/** How long killed processes may take to be gone, milliseconds. */
const killLimit = 5_000;

export function markedEnvironment(request: ProcessRequest): ProcessRequest {
  const { mark, environment } = request;
  return mark === undefined ? request : { ...request, environment: { ...environment, [variable]: mark } };
}

interface MarkedProcess {
  readonly pid: number;
  readonly command: string;
}

/** Linux tells the environment that a process was started with; of other users' processes it does not. */
function findMarked(mark: string): readonly MarkedProcess[] {
  if (process.platform !== 'linux') return [];
  const entry = `${variable}=${mark}`;
  return readdirSync('/proc').flatMap((name) => {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) return [];
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(entry)) return [];
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0').join(' ').trim();
      return { pid, command };
    } catch {
      return [];
    }
  });
}

/** See `Processes.endMarked`: asked first, killed when something is left after `grace` milliseconds. */
export async function endMarked(mark: string, grace: number): Promise<readonly string[]> {
  const found = findMarked(mark);
  if (found.length === 0) return [];
  const isOver = (): boolean => !findMarked(mark).some(({ pid }) => isProcessAlive(pid));
  for (const { pid } of found) send(pid, 'SIGTERM');
  if (!(await waitUntil(isOver, grace))) {
    for (const { pid } of findMarked(mark)) send(pid, 'SIGKILL');
    await waitUntil(isOver, killLimit);
  }
  return found.map(({ command }) => command);
}
