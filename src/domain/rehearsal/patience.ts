import type { Verdict, VerdictReason } from '../verdict/verdict.ts';

/**
 * Seconds a reason has to stand before a rehearsal is over because of it. Everything in a rehearsal starts at the same
 * moment, so what depends on its neighbours is given the time to find them; what nobody will mend is not waited for.
 */
const patience: Readonly<Partial<Record<VerdictReason, number>>> = {
  // The first restarts come after 10 and 20 s.
  crashed: 25,
  'out-of-memory': 25,
  'job-failed': 0,
  'image-missing': 5,
  'image-denied': 5,
  'image-unreachable': 20,
  'probe-failing': 45,
  // It has been waited for a minute already when it is said.
  'init-stuck': 15,
  unschedulable: 10,
  'object-missing': 10,
  'quota-exceeded': 10,
  'admission-refused': 5,
  'container-refused': 10,
  'deadline-exceeded': 0,
  paused: 0,
  suspended: 0,
};

const otherwise = 20;

/** How a workload stands, and since when for this reason: milliseconds since the epoch. */
export interface StandingVerdict {
  readonly verdict: Verdict;
  readonly since: number;
  /** Whether the change is about it; the others are only waited for. */
  readonly isMeant: boolean;
}

/** When a verdict is final if it stays as it is: milliseconds since the epoch; undefined for what may still become well. */
function finalAt({ verdict, since }: StandingVerdict): number | undefined {
  if (verdict.state === 'healthy' || verdict.state === 'progressing') return undefined;
  const seconds = verdict.reason === undefined ? otherwise : (patience[verdict.reason] ?? otherwise);
  return since + seconds * 1000;
}

/** What follows from how all workloads of a rehearsal stand now. */
export type RolloutDecision =
  | { readonly over: true }
  /** Milliseconds since the epoch at which it can be over without any change; undefined when only a change can end it. */
  | { readonly over: false; readonly lookAt: number | undefined };

/**
 * Over when all are healthy, as soon as one that is meant is finally not, or when those that are meant are healthy and
 * all others finally not.
 *
 * @param count workloads there are; those without a verdict yet are missing in `standing`
 */
export function decideRollout(
  standing: readonly StandingVerdict[],
  count: number,
  now: number,
): RolloutDecision {
  const trouble = standing.flatMap((one) => {
    const final = finalAt(one);
    return final === undefined ? [] : [{ final, isMeant: one.isMeant }];
  });
  const isSettled = ({ isMeant, verdict, since }: StandingVerdict): boolean =>
    verdict.state === 'healthy' || (!isMeant && (finalAt({ isMeant, verdict, since }) ?? Infinity) <= now);
  if (standing.length === count && standing.every(isSettled)) return { over: true };
  if (trouble.some(({ final, isMeant }) => isMeant && final <= now)) return { over: true };
  const ahead = trouble.flatMap(({ final }) => (final > now ? [final] : []));
  return { over: false, lookAt: ahead.length === 0 ? undefined : Math.min(...ahead) };
}
