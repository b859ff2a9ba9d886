import { stringify } from 'yaml';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { fieldsOf } from '../kubernetes/objectFields.ts';

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** What the API server keeps of its own accord: no manifest sets it, and every look finds something else. */
const booksOfTheServer = new Set([
  'managedFields',
  'resourceVersion',
  'uid',
  'generation',
  'creationTimestamp',
  'selfLink',
]);

/** Fields that people look for first, wherever they stand. */
const first = ['apiVersion', 'kind', 'metadata', 'name', 'namespace', 'image'];

/** Nothing that a cluster holds on purpose is nested as deep. */
const deepest = 64;

/**
 * An object with what two looks at the same thing differ in taken away: the server's books, the status, the copy that
 * kubectl keeps, fields without a value, and the order of fields. The order of lists stays: it may mean something.
 */
export function settleObject(object: ClusterObject): ClusterObject {
  const { status: _, ...rest } = object;
  const metadata = Object.fromEntries(
    Object.entries(fieldsOf(object.metadata)).filter(([name]) => !booksOfTheServer.has(name)),
  );
  const { [lastApplied]: __, ...annotations } = fieldsOf(metadata.annotations);
  const settled = { ...rest, metadata: { ...metadata, annotations } };
  return settleValue(settled, 0) as unknown as ClusterObject;
}

function settleValue(value: unknown, depth: number): unknown {
  if (depth > deepest || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => settleValue(item, depth + 1));
  const entries = Object.entries(value)
    .filter(([, field]) => field !== null && field !== undefined)
    .map(([name, field]): [string, unknown] => [name, settleValue(field, depth + 1)])
    .filter(([name, field]) => !(isEmptyMap(field) && (name === 'annotations' || name === 'labels')))
    .sort(([one], [other]) => rankOf(one) - rankOf(other) || (one < other ? -1 : 1));
  return Object.fromEntries(entries);
}

function rankOf(name: string): number {
  const rank = first.indexOf(name);
  return rank < 0 ? first.length : rank;
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** A settled object as YAML, ending with a line end. */
export function printObject(object: ClusterObject): string {
  return stringify(object, { lineWidth: 0, aliasDuplicateObjects: false });
}
