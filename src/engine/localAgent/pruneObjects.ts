import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { isOwn, type KeptObject } from '../../domain/localAgent/inventory.ts';
import type { ObjectName } from '../../domain/localAgent/objectName.ts';
import { keptBecause, planPrune } from '../../domain/localAgent/planPrune.ts';
import type { ReconcileScope } from './reconcileScope.ts';

/**
 * Deletes what was put there before and is not wanted now: only the very object that was looked at, only what this agent
 * has applied, and not what says itself that it stays.
 */
export async function pruneObjects(
  scope: Pick<ReconcileScope, 'reads' | 'writes' | 'clock' | 'tell' | 'checkWrites'>,
  before: readonly KeptObject[],
  now: readonly ObjectName[],
  signal: AbortSignal,
): Promise<void> {
  const plan = planPrune(before, now);
  if (plan.length === 0) return;
  const { reads, writes, clock, tell, checkWrites } = scope;
  const { kinds } = await reads.discover(signal);
  for (const kept of plan) {
    const { uid: _, ...object } = kept;
    const kind = kindOfName(object, kinds);
    const namespace = object.namespace || undefined;
    const live = kind && (await reads.get(kind, namespace, object.name, signal));
    // Its kind is gone, and it with it; or somebody was quicker.
    if (!kind || !live) continue;
    const { uid, deletionTimestamp } = live.metadata;
    if (deletionTimestamp !== undefined) continue;
    const because = isOwn(live, kept) ? keptBecause(live) : 'it was not applied by this agent';
    if (because !== undefined) {
      tell({ type: 'kept', at: clock.now(), object, because });
      continue;
    }
    await checkWrites(signal);
    await writes.delete(kind, namespace, object.name, uid === undefined ? {} : { uid }, signal);
    tell({ type: 'pruned', at: clock.now(), object });
  }
}

function kindOfName({ group, kind }: ObjectName, kinds: readonly ResourceKind[]): ResourceKind | undefined {
  return kinds.find((served) => served.group === group && served.kind === kind);
}
