import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isProcessAlive, readProcessStatus } from './processStatus.ts';

/** One process for all time, as far as the system can tell. */
export interface ProcessIdentity {
  readonly process: number;
  /** Host name, and on Linux the namespace its process numbers belong to: containers can share a host's name. */
  readonly machine: string;
  /**
   * On Linux the boot and the clock ticks since then at which it started. Empty elsewhere, where a later
   * process with the same number passes for this one.
   */
  readonly start: string;
}

function onLinux(read: () => string): string {
  if (process.platform !== 'linux') return '';
  try {
    return read().trim();
  } catch {
    return '';
  }
}

function thisMachine(): string {
  const namespace = onLinux(() => readlinkSync('/proc/self/ns/pid'));
  return namespace === '' ? hostname() : `${hostname()} ${namespace}`;
}

function startOf(pid: number): string {
  const boot = onLinux(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1'));
  const status = readProcessStatus(pid);
  return status === undefined ? '' : `${boot} ${status.start}`;
}

export function identifyThisProcess(): ProcessIdentity {
  return { process: process.pid, machine: thisMachine(), start: startOf(process.pid) };
}

/** Undefined for a text that is none. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: Partial<Record<keyof ProcessIdentity, unknown>> = JSON.parse(text);
    const { process: pid, machine, start } = value;
    const isWhole = typeof pid === 'number' && typeof machine === 'string' && typeof start === 'string';
    return isWhole ? { process: pid, machine, start } : undefined;
  } catch {
    return undefined;
  }
}

export function isOfThisMachine(identity: ProcessIdentity): boolean {
  return identity.machine === thisMachine();
}

/** Whether that very process runs on this machine. */
export function isRunning(identity: ProcessIdentity): boolean {
  return (
    isOfThisMachine(identity) &&
    isProcessAlive(identity.process) &&
    (identity.start === '' || identity.start === startOf(identity.process))
  );
}
