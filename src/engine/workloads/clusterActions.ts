import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Locality } from '../../domain/locality/locality.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads, ClusterWrites } from '../ports/clusters.ts';
import { findKind, type ObjectPlace, uidOf } from './objectPlace.ts';

/**
 * What changes a cluster: only one that is proven local, proven again with each. Every method throws `cluster-not-local`
 * otherwise, before anything is sent.
 */
export interface ClusterActions {
  /** Whether they are there to be chosen, and why not; asks anew each time and never fails. */
  judge(signal: AbortSignal): Promise<Locality>;
  /** Replaces the pods of a Deployment, StatefulSet or DaemonSet as `kubectl rollout restart` does. */
  restart(workload: ObjectPlace, signal: AbortSignal): Promise<void>;
  /** Sets how many pods a Deployment or StatefulSet is to have. */
  scale(workload: ObjectPlace, replicas: number, signal: AbortSignal): Promise<void>;
  /** Deletes an object and, after it, what it owns. Missing is fine. */
  delete(place: ObjectPlace, signal: AbortSignal): Promise<void>;
  /** Runs a program in a container; see ClusterWrites. */
  readonly exec: ClusterWrites['exec'];
}

export const restartable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);
export const scalable: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet']);

const fieldManager = 'towline';
/** kubectl's, so that whoever looks finds one history of restarts. */
const restartedAt = 'kubectl.kubernetes.io/restartedAt';

export function createActions({
  reads,
  clock,
  localClusters,
}: {
  readonly reads: ClusterReads;
  readonly clock: Clock;
  readonly localClusters: LocalClusters;
}): ClusterActions {
  const { name } = reads.context;
  const writes = (): ClusterWrites => localClusters.openWrites(name);

  return {
    judge: (signal) => localClusters.judge(name, signal),
    async restart(workload, signal) {
      requireOne(restartable, workload, 'restarted');
      const annotations = { [restartedAt]: new Date(clock.now()).toISOString() };
      const change = { spec: { template: { metadata: { annotations } } } };
      const target = { kind: await findKind(reads, workload, signal), ...nameOf(workload) };
      await writes().patch(target, { ...precondition(workload), ...change }, { fieldManager }, signal);
    },
    async scale(workload, replicas, signal) {
      requireOne(scalable, workload, 'scaled');
      const target = {
        kind: await findKind(reads, workload, signal),
        ...nameOf(workload),
        subresource: 'scale',
      };
      const change = { ...precondition(workload), spec: { replicas } };
      await writes().patch(target, change, { fieldManager }, signal);
    },
    async delete(place, signal) {
      const kind = await findKind(reads, place, signal);
      const namespace = kind.namespaced ? place.namespace : undefined;
      await writes().delete(kind, namespace, place.name, uidOf(place), signal);
    },
    exec: (place, command, options, streams, signal) =>
      writes().exec(place, command, options, streams, signal),
  };
}

function nameOf({ namespace, name }: ObjectPlace): { readonly namespace: string; readonly name: string } {
  return { namespace, name };
}

/** The API refuses a patch whose uid is not the object's. */
function precondition({ uid }: ObjectPlace): Readonly<Record<string, unknown>> {
  return uid === undefined ? {} : { metadata: { uid } };
}

function requireOne(kinds: ReadonlySet<string>, { kind, name }: ObjectPlace, what: string): void {
  if (kinds.has(kind)) return;
  throw new TowlineError('object-invalid', {
    why: `${kind} ${name} cannot be ${what}.`,
    next: `Only a ${[...kinds].join(' or ')} can.`,
  });
}
