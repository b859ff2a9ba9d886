import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { apiVersionOf, type ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** Objects of a kind in a namespace from which on one list is cheaper than a question for each. */
const worthAList = 4;

/** Objects of one page. */
const pageSize = 500;

/** An object as the manifests say it, with its kind and the namespace it goes to. */
export interface PlacedObject {
  readonly object: ClusterObject;
  readonly kind: ResourceKind;
}

/** What is on the cluster for each object; one that may not be read has the error. */
export type LiveLookup = (placed: PlacedObject) => ClusterObject | TowlineError | undefined;

/** Reads the cluster's side of these objects, in as few questions as there are kinds and namespaces. */
export async function readLive(
  reads: Pick<ClusterReads, 'get' | 'list'>,
  objects: readonly PlacedObject[],
  run: <T>(work: () => Promise<T>) => Promise<T>,
  signal: AbortSignal,
): Promise<LiveLookup> {
  const found = new Map<string, ClusterObject | TowlineError | undefined>();
  const groups = Map.groupBy(objects, ({ object, kind }) => collectionKey(kind, object));

  async function readEach(wanted: readonly PlacedObject[]): Promise<void> {
    await Promise.all(
      wanted.map(async (placed) => {
        const { namespace, name } = placed.object.metadata;
        const answer = run(() => reads.get(placed.kind, namespace, name, signal));
        found.set(objectKey(placed), await answer.catch(orForbidden));
      }),
    );
  }

  async function readGroup(wanted: readonly PlacedObject[]): Promise<void> {
    const [first] = wanted;
    if (!first || wanted.length < worthAList) return readEach(wanted);
    const { namespace } = first.object.metadata;
    const query = namespace === undefined ? {} : { namespace };
    const missing = new Set(wanted.map(objectKey));
    let next: string | undefined;
    try {
      do {
        const from = next === undefined ? {} : { continue: next };
        const page = await run(() => reads.list(first.kind, query, { limit: pageSize, ...from }, signal));
        for (const object of page.items) {
          const key = objectKey({ kind: first.kind, object });
          if (missing.delete(key)) found.set(key, object);
        }
        next = page.continue;
      } while (next !== undefined && missing.size > 0);
    } catch (error) {
      // Whoever may read each object need not be allowed to list them; a list that grew old is read one by one, too.
      if (!TowlineError.is(error, 'cluster-forbidden', 'version-gone', 'object-missing')) throw error;
      await readEach(wanted);
    }
  }

  await Promise.all([...groups.values()].map(readGroup));
  return (placed) => found.get(objectKey(placed));
}

function orForbidden(error: unknown): TowlineError {
  if (TowlineError.is(error, 'cluster-forbidden')) return error;
  throw error;
}

function collectionKey(kind: ResourceKind, { metadata }: ClusterObject): string {
  return `${apiVersionOf(kind)} ${kind.plural} ${metadata.namespace ?? ''}`;
}

function objectKey({ kind, object }: PlacedObject): string {
  return `${collectionKey(kind, object)} ${object.metadata.name}`;
}
