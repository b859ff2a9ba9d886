import type { LeftoverObject, Leftovers } from '../../domain/diff/liveDiff.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { nameKey, type ObjectName } from '../../domain/localAgent/objectName.ts';
import { keptBecause, planPrune } from '../../domain/localAgent/planPrune.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { AgentBooks } from './readAgentBooks.ts';

/** What an agent put on the cluster, is still there, and is none of the objects named now. */
export async function findLeftovers(
  reads: ClusterReads,
  books: AgentBooks | undefined,
  named: readonly ObjectName[],
  signal: AbortSignal,
): Promise<Leftovers> {
  if (!books)
    return { unchecked: 'no agent on the cluster keeps books on what these manifests have put there' };
  if (!books.inventory) return { unchecked: `${books.by} does not tell what it has put there` };
  const gone = planPrune(books.inventory, named);
  const { kinds } = await reads.discover(signal, { groups: [...new Set(gone.map(({ group }) => group))] });
  const found = await Promise.all(
    gone.map(async (name): Promise<LeftoverObject | undefined> => {
      const kind = kinds.find((served) => served.group === name.group && served.kind === name.kind);
      // A kind that nobody serves any more has no objects.
      if (!kind) return undefined;
      try {
        const live = await reads.get(kind, name.namespace || undefined, name.name, signal);
        const keptBy = live && keptBecause(live);
        return live && { name, ...(keptBy === undefined ? {} : { keptBy }) };
      } catch (error) {
        if (TowlineError.is(error, 'cluster-forbidden')) return { name };
        throw error;
      }
    }),
  );
  const objects = found.filter((object) => object !== undefined);
  return { by: books.by, objects: objects.sort((a, b) => (nameKey(a.name) < nameKey(b.name) ? -1 : 1)) };
}
