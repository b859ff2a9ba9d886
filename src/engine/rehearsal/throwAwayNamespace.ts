import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { CleanUp } from '../../domain/rehearsal/rehearsalEvent.ts';
import { type RehearsalMark, readRehearsalNamespace } from '../../domain/rehearsal/rehearsalNamespace.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';

/** Milliseconds a namespace may take to be gone: pods have 30 s to end by themselves, and then it is emptied. */
const removalLimit = 90_000;

/** Milliseconds between two looks whether it is gone. */
const removalPace = 250;

export interface NamespacePlace {
  readonly reads: ClusterReads;
  readonly writes: Pick<ClusterWrites, 'delete'>;
  readonly clock: Clock;
}

/**
 * Removes the namespace of a rehearsal with all that is in it, and waits until it is gone. Only a namespace that says it
 * is this very rehearsal's is touched. Throws as ClusterReads and ClusterWrites do.
 */
export async function removeNamespace(
  { reads, writes, clock }: NamespacePlace,
  mark: Pick<RehearsalMark, 'id' | 'namespace'>,
  signal: AbortSignal,
): Promise<CleanUp> {
  const find = async (): Promise<ClusterObject | undefined> => {
    const object = await reads.get(builtInKinds.namespaces, undefined, mark.namespace, signal);
    return object && readRehearsalNamespace(object)?.id === mark.id ? object : undefined;
  };
  const limit = clock.now() + removalLimit;
  const found = await find();
  const uid = found?.metadata.uid;
  if (!found || uid === undefined) return { kind: 'removed' };
  if (found.metadata.deletionTimestamp === undefined) await ask(writes, mark.namespace, uid, signal);
  for (;;) {
    const object = await find();
    if (object?.metadata.uid !== uid) return { kind: 'removed' };
    if (clock.now() >= limit)
      return { kind: 'left', why: `namespace ${mark.namespace} is being removed and is not gone yet` };
    await clock.wait(removalPace, signal);
  }
}

async function ask(
  writes: Pick<ClusterWrites, 'delete'>,
  namespace: string,
  uid: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await writes.delete(
      builtInKinds.namespaces,
      undefined,
      namespace,
      { uid, propagation: 'Background' },
      signal,
    );
  } catch (error) {
    // Somebody else's clean-up came first.
    if (!TowlineError.is(error, 'object-conflict', 'object-missing')) throw error;
  }
}
