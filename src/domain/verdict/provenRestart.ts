import type { PodContainer } from '../workloads/workload.ts';

/** Milliseconds that a container has to run again after a crash before it counts as well. */
const least = 10_000;

/** Milliseconds of a run after which its end is no crash at the start; the kubelet's own waits end there, too. */
const most = 300_000;

/**
 * Whether a container that runs again after a crash has run for longer than the time before. Until then it may be
 * between two crashes, however ready it says it is. True for what never crashed.
 */
export function isProvenAfterCrash({ state, last, restarts }: PodContainer, now: number): boolean {
  if (state.kind !== 'running' || restarts === 0 || !last || last.exitCode === 0) return true;
  const { started, finished } = last;
  const before = started === undefined || finished === undefined ? least : finished - started;
  const running = state.since === undefined ? 0 : now - state.since;
  return running > (before > most ? least : Math.max(before, least));
}
