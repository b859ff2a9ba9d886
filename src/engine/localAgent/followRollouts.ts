import { createBackoff } from '../../base/backoff.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import { nameOfObject, type ObjectName } from '../../domain/localAgent/objectName.ts';
import type { RolloutOutcome } from '../../domain/localAgent/rolloutOutcome.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import { readWorkload } from '../../domain/workloads/readWorkload.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { FoundWorkload } from '../rollouts/findWorkload.ts';
import { followRollout } from '../rollouts/followRollout.ts';
import type { AppliedObjects } from './reconcile.ts';

export interface RolloutOptions {
  /** Milliseconds until what is not healthy counts as timed out. */
  readonly limit: number;
  onVerdict(workload: ObjectName, verdict: Verdict): void;
  /** Once all is decided or the time is over, and again when that changes: nothing is given up. */
  onSettled(outcome: RolloutOutcome): void;
}

/** Milliseconds between two tries at a cluster that does not answer. */
const retryPolicy = { first: 1_000, most: 30_000, factor: 2, resetAfter: 120_000 };

/**
 * Follows the workloads among what was applied, each until it is healthy; time alone makes none of them so. Resolves when
 * all are, and rejects with the signal's reason.
 */
export async function followRollouts(
  { reads, clock }: { readonly reads: ClusterReads; readonly clock: Clock },
  applied: AppliedObjects,
  options: RolloutOptions,
  signal: AbortSignal,
): Promise<void> {
  const { kinds } = await reads.discover(signal);
  const workloads = [...applied.values()].flatMap((object) => {
    const workload = readWorkload(object);
    const kind = kindOfObject(object, kinds);
    return workload && kind ? [{ workload, kind, name: nameOfObject(object) }] : [];
  });
  const states = new Map<string, Verdict['state']>(
    workloads.map(({ workload }) => [workload.uid, 'progressing']),
  );
  let told: RolloutOutcome | undefined;

  function settle(isOver: boolean): void {
    const all = [...states.values()];
    const isDecided = all.every((state) => state === 'healthy' || state === 'failed');
    if (!isDecided && !isOver && told === undefined) return;
    const outcome = all.every((state) => state === 'healthy')
      ? 'healthy'
      : all.includes('failed')
        ? 'failed'
        : 'timed-out';
    if (outcome !== told) options.onSettled(outcome);
    told = outcome;
  }

  async function followOne(found: FoundWorkload & { readonly name: ObjectName }): Promise<void> {
    const backoff = createBackoff(retryPolicy, clock.now, clock.random);
    for (;;) {
      try {
        for await (const verdict of followRollout({ reads, clock }, found, signal)) {
          states.set(found.workload.uid, verdict.state);
          options.onVerdict(found.name, verdict);
          settle(false);
          if (verdict.state === 'healthy') return;
        }
        // It is deleted: whoever watches for drift makes it again.
        return;
      } catch (error) {
        signal.throwIfAborted();
        if (!TowlineError.is(error)) throw error;
        await clock.wait(backoff.next(), signal);
      }
    }
  }

  const over = new AbortController();
  clock.wait(options.limit, AbortSignal.any([signal, over.signal])).then(
    () => settle(true),
    () => undefined,
  );
  settle(false);
  try {
    await Promise.all(workloads.map(followOne));
  } finally {
    over.abort();
  }
}
