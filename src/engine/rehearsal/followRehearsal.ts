import type { ObjectName } from '../../domain/localAgent/objectName.ts';
import { decideRollout, type StandingVerdict, tellableVerdict } from '../../domain/rehearsal/patience.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { FoundWorkload } from '../rollouts/findWorkload.ts';
import { followRollout } from '../rollouts/followRollout.ts';

export interface FollowedWorkload extends FoundWorkload {
  readonly name: ObjectName;
  /** Whether the change is about it. */
  readonly isMeant: boolean;
}

interface RehearsalParts {
  readonly reads: ClusterReads;
  readonly clock: Clock;
  /** Says of a verdict which line of the manifests it is about. */
  place(verdict: Verdict, workload: ObjectName): Verdict;
}

/**
 * Follows all workloads of a rehearsal until they are healthy, one that the change is about is finally not, or the time
 * is over; gives how each stood then. One without a verdict is left out.
 *
 * @param limit milliseconds
 */
export async function followRehearsal(
  { reads, clock, place }: RehearsalParts,
  workloads: readonly FollowedWorkload[],
  limit: number,
  onVerdict: (workload: ObjectName, verdict: Verdict) => void,
  signal: AbortSignal,
): Promise<readonly { readonly workload: ObjectName; readonly verdict: Verdict }[]> {
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const standing = new Map<FollowedWorkload, StandingVerdict>();
  const firstMet = new Map<string, number>();
  const failure = Promise.withResolvers<never>();
  failure.promise.catch(() => undefined);
  let changed = Promise.withResolvers<void>();

  function take(workload: FollowedWorkload, verdict: Verdict): void {
    const before = standing.get(workload);
    const now = clock.now();
    const isTrouble = verdict.state === 'failed' || verdict.state === 'stuck';
    const met = `${workload.name.kind} ${workload.name.name} ${verdict.reason ?? ''}`;
    // Trouble that comes and goes is the same trouble.
    if (isTrouble && !firstMet.has(met)) firstMet.set(met, now);
    const began = before?.verdict.state === verdict.state ? before.since : now;
    standing.set(workload, {
      verdict,
      since: isTrouble ? (firstMet.get(met) ?? now) : began,
      isMeant: workload.isMeant,
      hadTrouble: isTrouble || (before?.hadTrouble ?? false),
    });
    onVerdict(workload.name, verdict);
    changed.resolve();
  }

  async function follow(workload: FollowedWorkload): Promise<void> {
    for await (const verdict of followRollout({ reads, clock }, workload, stop))
      take(workload, place(verdict, workload.name));
    take(workload, {
      state: 'failed',
      sentence: `${workload.name.name} was deleted while it was rehearsed`,
      action: 'Find out who removes objects from the rehearsal, and rehearse again.',
    });
  }

  const end = clock.now() + limit;
  const following = workloads.map((workload) =>
    follow(workload).catch((error: unknown) => {
      if (!stop.aborted) failure.reject(error);
    }),
  );
  try {
    for (;;) {
      const now = clock.now();
      const decision = decideRollout([...standing.values()], workloads.length, now);
      if (decision.over || now >= end) break;
      const next = Math.min(end, decision.lookAt ?? end);
      const waiting = new AbortController();
      await Promise.race([
        changed.promise,
        clock.wait(next - now, AbortSignal.any([stop, waiting.signal])),
        failure.promise,
      ]).finally(() => waiting.abort());
      changed = Promise.withResolvers();
    }
    const now = clock.now();
    return [...standing].map(([{ name }, one]) => ({ workload: name, verdict: tellableVerdict(one, now) }));
  } finally {
    ending.abort();
    await Promise.allSettled(following);
  }
}
