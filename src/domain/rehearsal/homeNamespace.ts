import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { podSpecOf } from '../kubernetes/podSpec.ts';

/**
 * The namespace that an environment's manifests are for: the one of most of what runs there, then of most objects, then
 * the first. '' when most name none: then the agent decides, and the rehearsal does.
 */
export function homeNamespace(objects: readonly ClusterObject[]): string {
  const found = new Map<string, { runs: number; all: number }>();
  for (const object of objects) {
    const name = object.metadata.namespace ?? '';
    const counts = found.get(name) ?? { runs: 0, all: 0 };
    counts.all += 1;
    if (podSpecOf(object)) counts.runs += 1;
    found.set(name, counts);
  }
  const [first] = [...found].toSorted(([, one], [, other]) => other.runs - one.runs || other.all - one.all);
  return first?.[0] ?? '';
}
