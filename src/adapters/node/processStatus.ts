import { readdirSync, readFileSync } from 'node:fs';

export interface ProcessStatus {
  readonly state: string;
  readonly group: number;
  /** Clock ticks after the machine's start: with the number, one process and no later one. */
  readonly start: string;
}

/** What Linux says of a process (proc(5), `/proc/<pid>/stat`); undefined when it is gone, or on another system. */
export function readProcessStatus(pid: number): ProcessStatus | undefined {
  if (process.platform !== 'linux') return undefined;
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
  // The second field is the program's name in brackets and may hold anything, so the rest counts from the last bracket.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', , group = ''] = fields;
  return { state, group: Number(group), start: fields[19] ?? '' };
}

/** Ended and only waiting for its parent to notice: nothing of it runs or holds files. */
function isZombie(status: ProcessStatus): boolean {
  return status.state === 'Z' || status.state === 'X';
}

/** Whether a signal could reach it; another user's process counts. */
function exists(target: number): boolean {
  try {
    process.kill(target, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

export function isProcessAlive(pid: number): boolean {
  if (pid <= 0 || !exists(pid)) return false;
  const status = readProcessStatus(pid);
  return status === undefined || !isZombie(status);
}

/** Whether any member of a POSIX process group still runs. */
export function isGroupAlive(leader: number): boolean {
  if (!exists(-leader)) return false;
  if (process.platform !== 'linux') return true;
  // In containers nobody may collect orphans, so a group can consist of zombies for ever.
  return readdirSync('/proc').some((name) => {
    const status = /^\d+$/.test(name) ? readProcessStatus(Number(name)) : undefined;
    return status !== undefined && status.group === leader && !isZombie(status);
  });
}
