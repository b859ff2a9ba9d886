import { setTimeout as pause } from 'node:timers/promises';
import { isGroupAlive, isProcessAlive } from './processStatus.ts';

/** Milliseconds between two looks at processes that were asked to end: no system announces the end of a group. */
const lookEvery = 10;

/** How long the kernel may take to carry out a kill, milliseconds. Longer means stuck in a device, beyond anyone's reach. */
const killLimit = 5_000;

/** True as soon as `isOver`; false when `limit` milliseconds went by first. */
export async function waitUntil(isOver: () => boolean, limit: number): Promise<boolean> {
  const deadline = performance.now() + limit;
  while (!isOver()) {
    if (performance.now() >= deadline) return false;
    await pause(lookEvery);
  }
  return true;
}

export function send(target: number, signal: NodeJS.Signals): void {
  try {
    process.kill(target, signal);
  } catch {
    // It ended a moment ago, or belongs to someone else; the wait that follows tells.
  }
}

/** `taskkill` ends a tree by parentage, which is the nearest Windows has to a process group. */
async function endWindowsTree(pid: number): Promise<void> {
  const { spawn } = await import('node:child_process');
  const { promise, resolve } = Promise.withResolvers<void>();
  spawn('taskkill', ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
    .on('error', () => resolve())
    .on('close', () => resolve());
  await promise;
}

/**
 * Ends a process and all of its group: asked first (SIGTERM), killed when something is left after `grace`
 * milliseconds; resolves when none of them runs. Out of reach are processes that left the group with setsid.
 */
export async function endProcessTree(leader: number, grace: number): Promise<void> {
  if (process.platform === 'win32') return endWindowsTree(leader);
  const isOver = () => !isGroupAlive(leader);
  if (isOver()) return;
  send(-leader, 'SIGTERM');
  if (await waitUntil(isOver, grace)) return;
  send(-leader, 'SIGKILL');
  await waitUntil(isOver, killLimit);
}

/** The same for a process that may not lead a group. Missing is fine. */
export async function endAnyProcess(pid: number, grace: number): Promise<void> {
  if (pid <= 1) return;
  if (process.platform === 'win32' || isGroupAlive(pid)) return endProcessTree(pid, grace);
  const isOver = () => !isProcessAlive(pid);
  if (isOver()) return;
  send(pid, 'SIGTERM');
  if (await waitUntil(isOver, grace)) return;
  send(pid, 'SIGKILL');
  await waitUntil(isOver, killLimit);
}
