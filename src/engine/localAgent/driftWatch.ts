import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { kindOfObject } from '../../domain/kubernetes/kindOfObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { DriftedObject } from '../../domain/localAgent/agentEvent.ts';
import { findDriftedFields } from '../../domain/localAgent/managedFields.ts';
import { nameKey, nameOfObject } from '../../domain/localAgent/objectName.ts';
import { type Feed, followObjects } from '../feeds/followObjects.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { AppliedObjects } from './reconcile.ts';

/** Watches what was applied, one watch for each kind and namespace; nothing is polled. */
export interface DriftWatch {
  /** Holds the cluster to these objects from now on. */
  hold(applied: AppliedObjects, signal: AbortSignal): Promise<void>;
  /** Something has happened to one of them that may not be wanted. */
  readonly isSuspicious: boolean;
  /** Looks once more at what is suspicious: a watch may be behind what was applied last. */
  confirm(signal: AbortSignal): Promise<readonly DriftedObject[]>;
  /** Resolves when the signal was aborted and nothing is under way any more. */
  ended(): Promise<void>;
}

interface WatchedKind {
  readonly feed: Feed<{ readonly key: string }>;
  readonly stop: AbortController;
}

interface Needed {
  readonly kind: ResourceKind;
  readonly namespace: string;
}

/** Of an object that is held: its kind, and the name of the watch it is in. */
interface Place {
  readonly kind: ResourceKind;
  readonly watch: string;
}

export function createDriftWatch(
  { reads, clock }: { readonly reads: ClusterReads; readonly clock: Clock },
  onSuspicion: () => void,
  signal: AbortSignal,
): DriftWatch {
  let held: AppliedObjects = new Map();
  let places: ReadonlyMap<string, Place> = new Map();
  const suspects = new Set<string>();
  const watched = new Map<string, WatchedKind>();
  const ending: Promise<void>[] = [];

  function suspect(key: string): void {
    if (!held.has(key)) return;
    suspects.add(key);
    onSuspicion();
  }

  function isDrifted(key: string, object: ClusterObject): boolean {
    const applied = held.get(key);
    return (
      applied !== undefined &&
      (applied.metadata.uid !== object.metadata.uid || findDriftedFields(applied, object).length > 0)
    );
  }

  function watch(name: string, { kind, namespace }: Needed): WatchedKind {
    const stop = new AbortController();
    const drifted = new Set<string>();
    const feed = followObjects<{ readonly key: string }>(
      { reads, clock },
      {
        kind,
        query: namespace === '' ? {} : { namespace },
        project(object) {
          const key = nameKey(nameOfObject(object));
          if (!held.has(key)) return undefined;
          if (isDrifted(key, object)) drifted.add(key);
          return { key };
        },
        onChange(changes) {
          for (const { before, after } of changes) if (before && !after) suspect(before.key);
          for (const key of drifted) suspect(key);
          drifted.clear();
        },
        onState({ kind: state }) {
          if (state !== 'live') return;
          // What went before the first list was read is in no change.
          const seen = new Set([...feed.objects.values()].map(({ key }) => key));
          for (const [key, place] of places) if (place.watch === name && !seen.has(key)) suspect(key);
        },
      },
      AbortSignal.any([signal, stop.signal]),
    );
    ending.push(feed.ended);
    return { feed, stop };
  }

  return {
    async hold(applied, asked) {
      const { kinds } = await reads.discover(asked);
      const next = new Map<string, Place>();
      const needed = new Map<string, Needed>();
      for (const [key, object] of applied) {
        const kind = kindOfObject(object, kinds);
        if (!kind) continue;
        const { namespace = '' } = object.metadata;
        const name = `${kind.plural}.${kind.group} ${namespace}`;
        next.set(key, { kind, watch: name });
        needed.set(name, { kind, namespace });
      }
      const added = [...next].filter(([key]) => !held.has(key)).map(([, place]) => place.watch);
      held = applied;
      places = next;
      for (const [name, { stop, feed }] of watched)
        if (!needed.has(name)) {
          stop.abort();
          watched.delete(name);
        } else if (added.includes(name)) feed.refresh(); // What it saw of them so far was nothing of ours.
      for (const [name, place] of needed) if (!watched.has(name)) watched.set(name, watch(name, place));
      // What was seen while they were applied may have come after it.
      for (const key of [...suspects])
        if (held.has(key)) onSuspicion();
        else suspects.delete(key);
    },
    get isSuspicious() {
      return suspects.size > 0;
    },
    async confirm(asked) {
      const found: DriftedObject[] = [];
      for (const key of [...suspects]) {
        const applied = held.get(key);
        const kind = places.get(key)?.kind;
        if (applied && kind) {
          const { namespace, name, uid } = applied.metadata;
          const live = await reads.get(kind, namespace, name, asked);
          const change = live?.metadata.uid === uid && live ? findDriftedFields(applied, live) : 'gone';
          // One that is being deleted is gone soon, and can only be made again then.
          if (change.length > 0 && live?.metadata.deletionTimestamp === undefined)
            found.push({ name: nameOfObject(applied), change });
        }
        suspects.delete(key);
      }
      return found;
    },
    async ended() {
      await Promise.allSettled(ending);
    },
  };
}
