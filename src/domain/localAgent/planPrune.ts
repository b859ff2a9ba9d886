import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { fieldsOf } from '../kubernetes/objectFields.ts';
import { nameKey, type ObjectName } from './objectName.ts';

/** What was put there before and is no longer in Git; things that hold others go last. */
export function planPrune<T extends ObjectName>(
  before: readonly T[],
  now: readonly ObjectName[],
): readonly T[] {
  const wanted = new Set(now.map(nameKey));
  return before
    .filter((name) => !wanted.has(nameKey(name)))
    .toSorted((one, other) => weightOf(one) - weightOf(other));
}

/** A namespace or a definition takes everything in it along: what can go by itself goes first. */
function weightOf({ group, kind }: ObjectName): number {
  if (group === '' && kind === 'Namespace') return 2;
  return group === 'apiextensions.k8s.io' ? 1 : 0;
}

/** The words of the agents for "leave it there when it left Git"; whoever wrote one means all of them. */
const keptBy: readonly (readonly [annotation: string, says: RegExp])[] = [
  ['kustomize.toolkit.fluxcd.io/prune', /^disabled$/i],
  ['argocd.argoproj.io/sync-options', /(?:^|,)\s*Prune=false\s*(?:,|$)/],
  ['helm.sh/resource-policy', /^keep$/],
];

/** The annotation that keeps a live object from being pruned, when it has one. */
export function keptBecause(object: ClusterObject): string | undefined {
  const annotations = fieldsOf(object.metadata.annotations);
  return keptBy.find(([name, says]) => says.test(String(annotations[name] ?? '')))?.[0];
}
