import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClusterReads, ObjectPage, ObjectQuery } from '../ports/clusters.ts';

export interface ListSource {
  readonly reads: ClusterReads;
  readonly kind: ResourceKind;
  readonly query: ObjectQuery;
}

/** Objects that are asked for at a time, and that are handed on without a turn for anybody else. */
const pageSize = 500;
const sliceSize = 100;

/**
 * Hands on a whole list in slices; its version. An object may come twice. It is always the newest list there is:
 * client-go asks for one not older than its last version, which servers answer from their cache; pages are answered
 * from the store, or exactly as of a version, and that is what is held already.
 */
export async function readList(
  source: ListSource,
  onSlice: (objects: readonly ClusterObject[]) => void,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await readPages(source, { limit: pageSize }, onSlice, signal);
  } catch (error) {
    // It took so long that the server dropped the list's version between two pages.
    if (!TowlineError.is(error, 'version-gone')) throw error;
    return await readPages(source, {}, onSlice, signal);
  }
}

async function readPages(
  { reads, kind, query }: ListSource,
  size: { readonly limit?: number },
  onSlice: (objects: readonly ClusterObject[]) => void,
  signal: AbortSignal,
): Promise<string> {
  let coming: Promise<ObjectPage> | undefined = reads.list(kind, query, size, signal);
  for (;;) {
    const page: ObjectPage = await coming;
    const next = page.continue || undefined;
    if (next !== undefined) {
      // The server makes the next page while this one is taken in.
      coming = reads.list(kind, query, { ...size, continue: next }, signal);
      coming.catch(() => undefined);
    }
    for (let at = 0; at < page.items.length; at += sliceSize) {
      onSlice(page.items.slice(at, at + sliceSize));
      await new Promise(setImmediate);
      signal.throwIfAborted();
    }
    if (next === undefined) return page.resourceVersion;
  }
}
