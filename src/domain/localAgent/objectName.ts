import type { ClusterObject } from '../kubernetes/clusterObject.ts';

/** Names one object of a cluster, in whatever version its group has. */
export interface ObjectName {
  /** '' for the core group. */
  readonly group: string;
  readonly kind: string;
  /** '' for objects that are in no namespace. */
  readonly namespace: string;
  readonly name: string;
}

export function nameOfObject({ apiVersion, kind, metadata }: ClusterObject): ObjectName {
  const slash = apiVersion.lastIndexOf('/');
  return {
    group: slash < 0 ? '' : apiVersion.slice(0, slash),
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name,
  };
}

/** Equal for equal names; none of the parts can hold a space. */
export function nameKey({ group, kind, namespace, name }: ObjectName): string {
  return `${group} ${kind} ${namespace} ${name}`;
}

/** For people: `Deployment shop/api`. */
export function describeObject({ kind, namespace, name }: ObjectName): string {
  return `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`;
}
