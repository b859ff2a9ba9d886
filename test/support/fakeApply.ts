import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../src/domain/kubernetes/clusterObject.ts';

type Tree = Readonly<Record<string, unknown>>;

/**
 * Who owns which field of an object; a list is one field. Owners are `Apply <manager>` and `Update <manager>`, which are
 * two even where the manager is one; paths are names with `between` between them.
 */
export type FieldOwners = ReadonlyMap<string, ReadonlySet<string>>;

/** Names of labels and annotations have dots. */
const between = '\0';

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function leaves(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  if (!isTree(value) || Object.keys(value).length === 0) return [[path, value]];
  return Object.entries(value).flatMap(([key, child]) =>
    leaves(child, path === '' ? key : `${path}${between}${key}`),
  );
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
  const me = `Apply ${fieldManager}`;
  const fields = new Map(appliedFields(object));
  const current = new Map(before ? appliedFields(before) : []);
  const taken = [...fields].flatMap(([path, value]) => {
    const others = [...(owners.get(path) ?? [])].filter((owner) => owner !== me);
    return others.length > 0 && JSON.stringify(current.get(path)) !== JSON.stringify(value)
      ? [{ path, others }]
      : [];
  });
  if (taken.length > 0 && !force) {
    const why = taken
      .map(
        ({ path, others }) =>
          `conflict with ${others.map(quotedName).join(', ')}: .${path.replaceAll(between, '.')}`,
      )
      .join('\n');
    throw new TowlineError('object-conflict', { why });
  }
  const next = new Map([...owners].map(([path, names]) => [path, new Set(names)]));
  for (const { path } of taken) next.set(path, new Set());
  for (const path of fields.keys()) next.set(path, (next.get(path) ?? new Set()).add(me));
  let merged = mergePatch(before ?? {}, object) as ClusterObject;
  for (const [path, names] of next) {
    if (fields.has(path) || !names.delete(me) || names.size > 0) continue;
    next.delete(path);
    merged = without(merged, path.split(between)) as ClusterObject;
  }
  return { object: withManagers(merged, next), owners: next };
}

/** A merge patch by a manager, who owns from then on what it changed. */
export function patchFields(
  before: ClusterObject,
  owners: FieldOwners,
  change: Tree,
  fieldManager: string,
): { readonly object: ClusterObject; readonly owners: FieldOwners } {
  const merged = mergePatch(before, change) as ClusterObject;
  const was = new Map(appliedFields(before));
  const next = new Map(owners);
  for (const [path, value] of appliedFields(merged))
    if (JSON.stringify(was.get(path)) !== JSON.stringify(value))
      next.set(path, new Set([`Update ${fieldManager}`]));
  const is = new Set(appliedFields(merged).map(([path]) => path));
  for (const path of next.keys()) if (!is.has(path)) next.delete(path);
  return { object: withManagers(merged, next), owners: next };
}

function quotedName(owner: string): string {
  return `"${owner.slice(owner.indexOf(' ') + 1)}"`;
}

/** The object with `managedFields` as an API server writes them. */
function withManagers(object: ClusterObject, owners: FieldOwners): ClusterObject {
  const trees = new Map<string, Record<string, unknown>>();
  for (const [path, names] of owners)
    for (const owner of names) {
      const tree = trees.get(owner) ?? {};
      trees.set(owner, tree);
      let at = tree;
      for (const name of path.split(between)) {
        const inner = (at[`f:${name}`] ?? {}) as Record<string, unknown>;
        at[`f:${name}`] = inner;
        at = inner;
      }
    }
  const managedFields = [...trees].map(([owner, fieldsV1]) => {
    const [operation, manager] = owner.split(' ');
    return { manager, operation, apiVersion: object.apiVersion, fieldsType: 'FieldsV1', fieldsV1 };
  });
  return { ...object, metadata: { ...object.metadata, managedFields } };
}
