import type { Pod, PodContainer } from '../workloads/workload.ts';

/** Milliseconds that a container has to run before that says something of it. */
const least = 10_000;

/** Milliseconds of a run after which its end is no crash at the start; the kubelet's own waits end there, too. */
const most = 300_000;

/**
 * When a container that runs again after a crash has run for longer than the time before; milliseconds since the epoch.
 * Until then it may be between two crashes, however ready it says it is. Undefined for what never crashed.
 */
function provenAfterCrashAt({ state, last, restarts }: PodContainer): number | undefined {
  if (state.kind !== 'running' || restarts === 0 || !last || last.exitCode === 0) return undefined;
  if (state.since === undefined) return Number.POSITIVE_INFINITY;
  const { started, finished } = last;
  const before = started === undefined || finished === undefined ? least : finished - started;
  return state.since + (before > most ? least : Math.max(before, least));
}

export function isProvenAfterCrash(container: PodContainer, now: number): boolean {
  const at = provenAfterCrashAt(container);
  return at === undefined || now > at;
}

/**
 * When a container that nothing asks whether it works has run for a while: Kubernetes calls it ready from its start on,
 * also one that is about to crash for the first time. Undefined where a probe answers for it, and where the node's clock
 * is so far ahead of ours that it tells nothing; Kubernetes' word counts then.
 */
function provenAfterStartAt({ role, probes, state }: PodContainer, now: number): number | undefined {
  if (role === 'init' || role === 'debug' || state.kind !== 'running' || state.since === undefined)
    return undefined;
  if (probes.some(({ kind }) => kind !== 'liveness')) return undefined;
  return state.since - now > least ? undefined : state.since + least;
}

/** Whether a container that nothing asks whether it works has run for a while. */
export function isProvenAfterStart(container: PodContainer, now: number): boolean {
  const at = provenAfterStartAt(container, now);
  return at === undefined || now > at;
}

/** When all has been proven of a container, if nothing else happens; undefined where nothing has to be. */
function provenAt(container: PodContainer, now: number): number | undefined {
  const times = [provenAfterCrashAt(container), provenAfterStartAt(container, now)];
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** When containers that have not run for long enough count if nothing else happens, the first of them; undefined for none. */
export function nextProof(pods: readonly Pod[], now: number): number | undefined {
  const times = pods.flatMap(({ containers }) =>
    containers.flatMap((container) => provenAt(container, now) ?? []),
  );
  const coming = times.filter((time) => time >= now);
  return coming.length === 0 ? undefined : Math.min(...coming);
}
