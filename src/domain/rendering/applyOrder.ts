import type { ClusterObject } from '../kubernetes/clusterObject.ts';

/**
 * Kinds of the core group that pods are refused, or start wrongly, without: quotas and limits also change pods that
 * are made after them, and only those.
 */
const neededByPods = new Set([
  'ResourceQuota',
  'LimitRange',
  'ServiceAccount',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
]);

export function isNamespace({ apiVersion, kind }: ClusterObject): boolean {
  return apiVersion === 'v1' && kind === 'Namespace';
}

/** A definition of a kind (CRD). */
export function isDefinition({ apiVersion, kind }: ClusterObject): boolean {
  return apiVersion.startsWith('apiextensions.k8s.io/') && kind === 'CustomResourceDefinition';
}

/**
 * Objects in the order in which they can be applied: namespaces, definitions of kinds, what pods need, the rest, and
 * last the webhooks of admission, which would refuse everything until what they call runs. Otherwise as given.
 */
export function applyOrder<T extends ClusterObject>(objects: readonly T[]): readonly T[] {
  return objects.toSorted((one, other) => rankOf(one) - rankOf(other));
}

function rankOf(object: ClusterObject): number {
  if (isNamespace(object)) return 0;
  if (isDefinition(object)) return 1;
  if (object.apiVersion === 'v1' && neededByPods.has(object.kind)) return 2;
  return object.apiVersion.startsWith('admissionregistration.k8s.io/') ? 4 : 3;
}
