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

/** How a workload stands. Times are milliseconds since the epoch. */
export interface StandingVerdict {
  readonly verdict: Verdict;
  /** When this verdict began; of trouble: when the same reason was first met. */
  readonly since: number;
  /** It was in trouble before. */
  readonly hadTrouble: boolean;
  /** Whether the change is about it; the others are only waited for. */
  readonly isMeant: boolean;
}

/**
 * Seconds for which a workload has to be healthy before that counts. Without a readiness probe a program is ready from
 * its start to its crash, and between two crashes again.
 */
const steady = { atOnce: 4, afterTrouble: 40 };

/** When health counts if it stays; undefined for what is not healthy. */
function steadyAt({ verdict, since, hadTrouble }: StandingVerdict): number | undefined {
  if (verdict.state !== 'healthy') return undefined;
  return since + (hadTrouble ? steady.afterTrouble : steady.atOnce) * 1000;
}

/** The verdict as it can be told when nothing more is waited for: health that does not count yet is none. */
export function tellableVerdict(standing: StandingVerdict, now: number): Verdict {
  const counts = steadyAt(standing);
  if (!standing.hadTrouble || counts === undefined || counts <= now) return standing.verdict;
  return {
    state: 'progressing',
    sentence: `${standing.verdict.sentence}, but it was in trouble ${Math.round((now - standing.since) / 1000)} s ago`,
  };
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
 * Over when all are healthy and steady, as soon as one that is meant is finally not, or when those that are meant are
 * healthy and all others finally not.
 *
 * @param count workloads there are; those without a verdict yet are missing in `standing`
 */
export function decideRollout(
  standing: readonly StandingVerdict[],
  count: number,
  now: number,
): RolloutDecision {
  const isPast = (time: number | undefined): boolean => time !== undefined && time <= now;
  const isFinal = (one: StandingVerdict): boolean => isPast(finalAt(one));
  const isSettled = (one: StandingVerdict): boolean =>
    isPast(steadyAt(one)) || (!one.isMeant && isFinal(one));
  if (standing.length === count && standing.every(isSettled)) return { over: true };
  if (standing.some((one) => one.isMeant && isFinal(one))) return { over: true };
  const ahead = standing.flatMap((one) => finalAt(one) ?? steadyAt(one) ?? []).filter((time) => time > now);
  return { over: false, lookAt: ahead.length === 0 ? undefined : Math.min(...ahead) };
}
