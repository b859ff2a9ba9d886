import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { annotationOf, listOf, textOf } from '../kubernetes/objectFields.ts';
import { agentFieldManager } from '../localAgent/managedFields.ts';

/** The name under which Towline would apply for itself. */
const ownManager = 'towline';

/** Names under which agents apply: what they own is decided by comparing as them. */
const agents = ['argocd-controller', 'kustomize-controller', 'helm-controller', agentFieldManager];

/** One entry of the books that the server keeps on who set which field. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  /** `FieldsV1` */
  readonly fields: unknown;
}

/** Entries about the object itself, without those on its status and scale. */
export function managersOf({ metadata }: ClusterObject): readonly ManagerEntry[] {
  return listOf(metadata.managedFields).flatMap((entry) => {
    const { manager, operation, apiVersion } = entry;
    const isWhole = [manager, operation, apiVersion].every((part) => typeof part === 'string');
    if (!isWhole || textOf(entry.subresource) !== undefined) return [];
    return [{ manager, operation, apiVersion, fields: entry.fieldsV1 } as ManagerEntry];
  });
}

/** Who applied an object, as far as its books tell: an agent before others, an apply before an update. */
export function applierOf(live: ClusterObject): string | undefined {
  const entries = managersOf(live);
  const applies = entries.filter(({ operation }) => operation === 'Apply').map(({ manager }) => manager);
  const all = entries.map(({ manager }) => manager);
  return (
    agents.find((agent) => applies.includes(agent)) ??
    agents.find((agent) => all.includes(agent)) ??
    applies.find((manager) => manager !== ownManager) ??
    applies[0]
  );
}

/** The most frequent one, for objects that nobody applied yet; `otherwise` where nobody applied any. */
export function usualManager(appliers: readonly (string | undefined)[], otherwise = ownManager): string {
  const counts = Map.groupBy(
    appliers.filter((applier) => applier !== undefined),
    (applier) => applier,
  );
  const [most] = [...counts].sort(([, one], [, other]) => other.length - one.length);
  return most?.[0] ?? otherwise;
}

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Whether a manager's last apply left no books, so that the server cannot tell which fields left the manifests since. */
export function hasNoBooks(live: ClusterObject, manager: string): boolean {
  const entries = managersOf(live).filter((entry) => entry.manager === manager);
  if (entries.some(({ operation }) => operation === 'Apply')) return false;
  // An apply that sets no field, as of a namespace, leaves no books either.
  return entries.length > 0 || annotationOf(live, lastApplied) !== undefined;
}
