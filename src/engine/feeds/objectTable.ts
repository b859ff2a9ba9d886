import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';

/** One object as it was held before and is held now; at least one of them is there. */
export interface ObjectChange<T> {
  readonly before?: T;
  readonly after?: T;
}

/** Projections of objects by identity, with the version each was made from. */
export interface ObjectTable<T> {
  readonly objects: ReadonlyMap<string, T>;
  /** Undefined where nothing changed. */
  put(object: ClusterObject): ObjectChange<T> | undefined;
  remove(object: ClusterObject): ObjectChange<T> | undefined;
  /** Drops what is not among the identities. */
  retain(identities: ReadonlySet<string>): readonly ObjectChange<T>[];
}

/** Stable over an object's life; another object by the same name has another. */
export function identityOf({ metadata }: ClusterObject): string {
  return metadata.uid ?? `${metadata.namespace ?? ''}/${metadata.name}`;
}

export function createObjectTable<T extends object>(
  project: (object: ClusterObject) => T | undefined,
): ObjectTable<T> {
  const objects = new Map<string, T>();
  const versions = new Map<string, string>();

  function drop(identity: string): ObjectChange<T> | undefined {
    const before = objects.get(identity);
    objects.delete(identity);
    versions.delete(identity);
    return before && { before };
  }

  return {
    objects,
    put(object) {
      const identity = identityOf(object);
      const version = object.metadata.resourceVersion;
      if (version !== undefined && versions.get(identity) === version) return undefined;
      const after = project(object);
      if (!after) return drop(identity);
      const before = objects.get(identity);
      objects.set(identity, after);
      if (version !== undefined) versions.set(identity, version);
      return before ? { before, after } : { after };
    },
    remove: (object) => drop(identityOf(object)),
    retain(identities) {
      const changes: ObjectChange<T>[] = [];
      for (const identity of [...objects.keys()]) {
        const change = identities.has(identity) ? undefined : drop(identity);
        if (change) changes.push(change);
      }
      return changes;
    },
  };
}
