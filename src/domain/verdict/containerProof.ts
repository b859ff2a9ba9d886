import type { PodContainer } from '../workloads/workload.ts';

/** Milliseconds that a container has to run again after a crash before it counts as well. */
const least = 10_000;

/** Milliseconds of a run after which its end is no crash at the start; the kubelet's own waits end there, too. */
const most = 300_000;

/**
 * When a container that runs again after a crash has run for longer than the time before; milliseconds since the epoch.
 * Until then it may be between two crashes, however ready it says it is. Undefined for what never crashed.
 */
export function provenAt({ state, last, restarts }: PodContainer): number | undefined {
  if (state.kind !== 'running' || restarts === 0 || !last || last.exitCode === 0) return undefined;
  if (state.since === undefined) return Number.POSITIVE_INFINITY;
  const { started, finished } = last;
  const before = started === undefined || finished === undefined ? least : finished - started;
  return state.since + (before > most ? least : Math.max(before, least));
}

export function isProvenAfterCrash(container: PodContainer, now: number): boolean {
  const at = provenAt(container);
  return at === undefined || now > at;
}
