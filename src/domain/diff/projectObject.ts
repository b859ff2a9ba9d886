import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { fieldsOf } from '../kubernetes/objectFields.ts';

/** Nothing that a cluster holds on purpose is nested as deep. */
const deepest = 64;

/**
 * What a live object says about the fields that a manifest sets, and nothing else: for comparing the two where the
 * server does not tell what it would make of the manifest. Items of lists are matched by their names, else by place.
 */
export function projectObject(live: ClusterObject, manifest: ClusterObject): ClusterObject {
  const { apiVersion, kind, metadata } = live;
  const projected = project(live, manifest, 0) as ClusterObject;
  return { ...projected, apiVersion, kind, metadata: { ...projected.metadata, name: metadata.name } };
}

function project(live: unknown, wanted: unknown, depth: number): unknown {
  if (depth > deepest) return live;
  if (Array.isArray(wanted) && Array.isArray(live)) {
    const named = new Map(live.map((item: unknown) => [fieldsOf(item).name, item]));
    const items = wanted.map((item: unknown, index) => {
      const { name } = fieldsOf(item);
      const opposite: unknown = name === undefined ? live[index] : named.get(name);
      return opposite === undefined ? undefined : project(opposite, item, depth + 1);
    });
    return items.filter((item) => item !== undefined);
  }
  if (!isMap(wanted) || !isMap(live)) return live;
  const entries = Object.entries(wanted).flatMap(([name, field]) =>
    name in live ? [[name, project(live[name], field, depth + 1)]] : [],
  );
  return Object.fromEntries(entries);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
