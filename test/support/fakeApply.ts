import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';

type Tree = Readonly<Record<string, unknown>>;

/** Which manager applied which field of an object; a list is one field. */
export type FieldOwners = ReadonlyMap<string, ReadonlySet<string>>;

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (!isTree(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

function appliedFields(object: ClusterObject): readonly (readonly [string, unknown])[] {
  const { labels = {}, annotations = {} } = object.metadata;
  const { apiVersion: _, kind: __, metadata: ___, ...rest } = object;
  const metadata = {
    ...(Object.keys(labels).length ? { labels } : {}),
    ...(Object.keys(annotations).length ? { annotations } : {}),
  };
  return leaves({ ...rest, ...(Object.keys(metadata).length ? { metadata } : {}) }, '').filter(
    ([path]) => path !== '',
  );
}

/** A JSON merge patch (RFC 7396). */
export function mergePatch(target: unknown, change: unknown): unknown {
  if (!isTree(change)) return change;
  const merged: Record<string, unknown> = isTree(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(change)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function without(tree: Tree, path: readonly string[]): Tree {
  const [key = '', ...rest] = path;
  const child = tree[key];
  if (rest.length === 0 || !isTree(child)) {
    const { [key]: _, ...others } = tree;
    return others;
  }
  return { ...tree, [key]: without(child, rest) };
}

/**
 * Server-side apply as far as its users meet it: other managers' fields are conflicts, a manager's fields that it no
 * longer names go away when nobody else has them.
 */
export function applyFields(
  before: ClusterObject | undefined,
  owners: FieldOwners,
  object: ClusterObject,
  { fieldManager, force }: { readonly fieldManager: string; readonly force: boolean },
): { readonly object: ClusterObject; readonly owners: FieldOwners } {
  const fields = new Map(appliedFields(object));
  const current = new Map(before ? appliedFields(before) : []);
  const taken = [...fields].flatMap(([path, value]) => {
    const others = [...(owners.get(path) ?? [])].filter((owner) => owner !== fieldManager);
    return others.length > 0 && JSON.stringify(current.get(path)) !== JSON.stringify(value)
      ? [{ path, others }]
      : [];
  });
  if (taken.length > 0 && !force) {
    const why = taken
      .map(({ path, others }) => `conflict with "${others.join('", "')}": .${path}`)
      .join('\n');
    throw new TowlineError('object-conflict', { why });
  }
  const next = new Map([...owners].map(([path, names]) => [path, new Set(names)]));
  for (const { path } of taken) next.set(path, new Set());
  for (const path of fields.keys()) next.set(path, (next.get(path) ?? new Set()).add(fieldManager));
  let merged = mergePatch(before ?? {}, object) as ClusterObject;
  for (const [path, names] of next) {
    if (fields.has(path) || !names.delete(fieldManager) || names.size > 0) continue;
    next.delete(path);
    merged = without(merged, path.split('.')) as ClusterObject;
  }
  return { object: merged, owners: next };
}
