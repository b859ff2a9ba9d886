import { randomUUID } from 'node:crypto';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';
import { apiVersionOf, type ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';
import type { ObjectPage, ObjectQuery, WatchEvent } from '../../src/engine/ports/clusters.ts';
import { matchesQuery } from './fakeSelectors.ts';

export type ObjectEvent = Extract<WatchEvent, { readonly object: ClusterObject }>;

interface Change {
  readonly version: number;
  readonly type: string;
  readonly event: ObjectEvent;
  /** Before the change, for those who watch only a part. */
  readonly before: ClusterObject | undefined;
}

/** Objects with their versions, and those who watch them. */
export interface FakeObjects {
  readonly version: string;
  find(kind: ResourceKind, namespace: string | undefined, name: string): ClusterObject | undefined;
  /** Stores a new version of an object, whatever was there; fills in what an API server does. */
  store(kind: ResourceKind, object: ClusterObject): ClusterObject;
  remove(kind: ResourceKind, namespace: string | undefined, name: string): void;
  all(): readonly { readonly kind: ResourceKind; readonly object: ClusterObject }[];
  list(
    kind: ResourceKind,
    query: ObjectQuery,
    page: { readonly limit?: number; readonly continue?: string },
  ): ObjectPage;
  /** Tells what happened after a version, then what happens; the function returned ends it. */
  watch(
    kind: ResourceKind,
    query: ObjectQuery,
    after: string,
    onEvent: (event: ObjectEvent) => void,
  ): () => void;
  /** Forgets all versions before now: they are gone. */
  compact(): void;
}

function keyOf(kind: ResourceKind, namespace: string | undefined, name: string): string {
  return [typeOf(kind), kind.namespaced ? namespace : '', name].join('/');
}

function typeOf({ group, plural }: ResourceKind): string {
  return `${plural}.${group}`;
}

/** What the event is for somebody who sees only what their query matches. */
function seenBy(query: ObjectQuery, { event, before }: Change): ObjectEvent | undefined {
  const was = before !== undefined && matchesQuery(before, query);
  const is = event.type !== 'DELETED' && matchesQuery(event.object, query);
  if (is) return { type: was ? 'MODIFIED' : 'ADDED', object: event.object };
  return was ? { type: 'DELETED', object: event.object } : undefined;
}

/** @param now RFC 3339, for creation timestamps */
export function createFakeObjects(now: () => string): FakeObjects {
  let version = 100;
  let oldest = 100;
  const objects = new Map<string, { readonly kind: ResourceKind; readonly object: ClusterObject }>();
  const changes: Change[] = [];
  const listeners = new Set<(change: Change) => void>();

  function record(kind: ResourceKind, event: ObjectEvent, before: ClusterObject | undefined): void {
    const change = { version, type: typeOf(kind), event: structuredClone(event), before };
    changes.push(change);
    for (const listener of [...listeners]) listener(change);
  }

  function sorted(kind: ResourceKind, query: ObjectQuery): readonly (readonly [string, ClusterObject])[] {
    return [...objects]
      .filter(([, entry]) => typeOf(entry.kind) === typeOf(kind) && matchesQuery(entry.object, query))
      .map(([key, { object }]) => [key, object] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  }

  return {
    get version() {
      return String(version);
    },
    find: (kind, namespace, name) => structuredClone(objects.get(keyOf(kind, namespace, name))?.object),
    store(kind, given) {
      const { metadata } = given;
      const name = metadata.name ?? `${metadata.generateName}${randomUUID().slice(0, 5)}`;
      const key = keyOf(kind, metadata.namespace, name);
      const before = objects.get(key)?.object;
      version += 1;
      const isSameSpec = before && JSON.stringify(before.spec) === JSON.stringify(given.spec);
      const object = structuredClone({
        ...given,
        apiVersion: apiVersionOf(kind),
        kind: kind.kind,
        metadata: {
          uid: before?.metadata.uid ?? randomUUID(),
          creationTimestamp: before?.metadata.creationTimestamp ?? now(),
          ...metadata,
          name,
          generation: (before?.metadata.generation ?? 0) + (isSameSpec ? 0 : 1),
          resourceVersion: String(version),
        },
      }) as ClusterObject;
      objects.set(key, { kind, object });
      record(kind, { type: before ? 'MODIFIED' : 'ADDED', object }, before);
      return structuredClone(object);
    },
    remove(kind, namespace, name) {
      const key = keyOf(kind, namespace, name);
      const before = objects.get(key)?.object;
      if (!before) return;
      version += 1;
      objects.delete(key);
      const metadata = { ...before.metadata, resourceVersion: String(version) };
      record(kind, { type: 'DELETED', object: { ...before, metadata } }, before);
    },
    all: () => [...objects.values()].map((entry) => structuredClone(entry)),
    list(kind, query, page) {
      const [at, after] = page.continue === undefined ? [String(version), ''] : page.continue.split(' ');
      if (Number(at) < oldest) throw gone(at ?? '');
      const rest = sorted(kind, query).filter(([key]) => key > (after ?? ''));
      const shown = rest.slice(0, page.limit ?? rest.length);
      const last = shown.at(-1)?.[0];
      return {
        items: shown.map(([, object]) => structuredClone(object)),
        resourceVersion: at ?? '',
        ...(shown.length < rest.length ? { continue: `${at} ${last}` } : {}),
      };
    },
    watch(kind, query, after, onEvent) {
      // From no version in particular, the server begins with what there is.
      if (after === '' || after === '0') {
        for (const [, object] of sorted(kind, query))
          onEvent({ type: 'ADDED', object: structuredClone(object) });
      } else if (Number(after) < oldest) throw gone(after);
      const from = after === '' || after === '0' ? version : Number(after);
      const tell = (change: Change): void => {
        if (change.type !== typeOf(kind) || change.version <= from) return;
        const event = seenBy(query, change);
        if (event) onEvent(structuredClone(event));
      };
      for (const change of changes) tell(change);
      listeners.add(tell);
      return () => listeners.delete(tell);
    },
    compact() {
      version += 1;
      oldest = version;
      changes.length = 0;
    },
  };
}

function gone(version: string): TowlineError {
  return new TowlineError('version-gone', { why: `too old resource version: ${version}` });
}
