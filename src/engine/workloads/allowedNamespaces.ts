import { createSlots } from '../../base/slots.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** Namespaces that are asked about, and that are followed each by themselves, at most. */
const mostAsked = 200;
const mostFollowed = 20;
const reviewsAtOnce = 4;

/**
 * Where to look for what may not be read in all namespaces: those that are named are always tried; of the others, as far
 * as they may be listed, those in which the user may list pods. Does not fail: what cannot be asked is left out, and a
 * review that gets no answer is left to the reading itself.
 */
export async function findAllowedNamespaces(
  reads: ClusterReads,
  named: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const first = new Set([reads.context.namespace, ...named]);
  const listed = await reads
    .list(builtInKinds.namespaces, {}, { limit: 500 }, signal)
    .then(({ items }) => items.map(({ metadata }) => metadata.name))
    .catch(() => []);
  const slots = createSlots(reviewsAtOnce);
  const reviewed = await Promise.all(
    listed
      .filter((namespace) => !first.has(namespace))
      .slice(0, mostAsked)
      .map(async (namespace) => {
        const action = { verb: 'list', group: '', resource: 'pods', namespace };
        const allowed = await slots.run(() => reads.mayI(action, signal), signal).catch(() => true);
        return allowed ? [namespace] : [];
      }),
  );
  signal.throwIfAborted();
  return [...first, ...reviewed.flat()].slice(0, Math.max(mostFollowed, first.size));
}
