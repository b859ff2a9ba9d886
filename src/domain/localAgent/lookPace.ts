/** Milliseconds between two looks at a branch on this machine: one costs a few of them. */
const localPace = 1_000;

/** Between two looks at a remote over the network, and up to half as much again, so that many do not come together. */
const remotePace = 30_000;

/**
 * Milliseconds until the next look at a branch. `address`: of its remote, undefined for a branch of this repository;
 * `chance`: from 0 up to 1.
 */
export function lookPace(address: string | undefined, chance: number): number {
  return address === undefined || isLocalAddress(address) ? localPace : remotePace * (1 + chance / 2);
}

/** A path or a `file:` address, as Git takes it; `host:path` is ssh, but for the letter of a drive. */
export function isLocalAddress(address: string): boolean {
  if (/^file:\/\//i.test(address) || /^[a-z]:[\\/]/i.test(address)) return true;
  return !/^[a-z][a-z0-9+.-]*:\/\//i.test(address) && !/^[^/\\]*:/.test(address);
}
