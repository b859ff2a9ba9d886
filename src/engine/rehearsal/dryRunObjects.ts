import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import { nameOfObject } from '../../domain/localAgent/objectName.ts';
import { compareDryRun } from '../../domain/rehearsal/compareDryRun.ts';
import type { DryRunResult } from '../../domain/rehearsal/rehearsalEvent.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** What the cluster would make of each object, without making it. Throws only when the cluster cannot be asked. */
export async function dryRunObjects(
  reads: ClusterReads,
  objects: readonly ClusterObject[],
  kinds: readonly ResourceKind[],
  fieldManager: string,
  signal: AbortSignal,
): Promise<readonly DryRunResult[]> {
  const results: DryRunResult[] = [];
  for (const object of objects) {
    const name = nameOfObject(object);
    const kind = kindOfObject(object, kinds);
    if (!kind) continue;
    try {
      const answered = await reads.dryRunApply(object, kind, { fieldManager, force: false }, signal);
      results.push({ object: name, changes: compareDryRun(object, answered) });
    } catch (error) {
      signal.throwIfAborted();
      if (!TowlineError.is(error, 'object-invalid', 'object-missing', 'object-conflict', 'cluster-forbidden'))
        throw error;
      results.push({ object: name, changes: [], refused: failureOf(error) });
    }
  }
  return results;
}
