import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type Fields, fieldsOf } from '../kubernetes/objectFields.ts';
import { managersOf } from './fieldManager.ts';

/**
 * Whether applying an object as a manager would change nothing, told from the books the server keeps (`FieldsV1`): the
 * manager has applied exactly these fields before, and the live object still has these values. Then server-side apply
 * has nothing to add, to change or to take away. False where the books do not tell, e.g. for a value that the server
 * writes in another way than the manifest. What they cannot know is admission that was changed since.
 */
export function isSettled(live: ClusterObject, object: ClusterObject, manager: string): boolean {
  if (live.metadata.deletionTimestamp !== undefined) return false;
  const books = managersOf(live).filter((entry) => entry.manager === manager && entry.operation === 'Apply');
  const [entry] = books;
  const owned = withoutName(object);
  // Whoever sets no field and has set none leaves no entry, as one who applies nothing but a namespace.
  if (!entry) return Object.keys(owned).length === 0;
  if (books.length > 1 || entry.apiVersion !== object.apiVersion) return false;
  return isSame(owned, live, fieldsOf(entry.fields));
}

/** What of an object is a field that somebody owns. */
function withoutName({ apiVersion: _, kind: __, metadata, ...rest }: ClusterObject): Fields {
  const { name: ___, namespace: ____, creationTimestamp, ...owned } = metadata;
  const kept = { ...owned, ...(creationTimestamp ? { creationTimestamp } : {}) };
  return Object.keys(kept).length > 0 ? { ...rest, metadata: kept } : rest;
}

/** `books` is the part of the `FieldsV1` tree about this value: its shape tells maps, lists by key, sets and leaves apart. */
function isSame(wanted: unknown, live: unknown, books: Fields): boolean {
  const parts = Object.keys(books).filter((part) => part !== '.');
  if (parts.length === 0) return isEqual(wanted, live);
  if (Array.isArray(wanted)) {
    if (!Array.isArray(live) || parts.length !== wanted.length) return false;
    if (parts.every((part) => part.startsWith('k:'))) return isSameByKey(wanted, live, books, parts);
    return parts.every((part) => part.startsWith('v:')) && isSameSet(wanted, live, parts);
  }
  if (!isMap(wanted) || !isMap(live)) return false;
  const names = Object.keys(wanted);
  return (
    names.length === parts.length &&
    names.every(
      (name) =>
        Object.hasOwn(books, `f:${name}`) &&
        Object.hasOwn(live, name) &&
        isSame(wanted[name], live[name], fieldsOf(books[`f:${name}`])),
    )
  );
}

/** Items in the same order, each the only one of its key. */
function isSameByKey(
  wanted: readonly unknown[],
  live: readonly unknown[],
  books: Fields,
  parts: readonly string[],
): boolean {
  const keys = parts.map((part) => ({ part, key: parseMap(part.slice(2)) }));
  let before = -1;
  for (const item of wanted) {
    const fields = fieldsOf(item);
    // A part of the key that the manifest leaves to its default is in the books all the same.
    const fitting = keys.filter(({ key }) =>
      Object.entries(key).every(([name, value]) => fields[name] === undefined || fields[name] === value),
    );
    const [found] = fitting;
    if (!found || fitting.length > 1) return false;
    const at = live.findIndex((opposite) =>
      Object.entries(found.key).every(([name, value]) => fieldsOf(opposite)[name] === value),
    );
    if (at <= before || !isSame(item, live[at], fieldsOf(books[found.part]))) return false;
    before = at;
  }
  return true;
}

function isSameSet(wanted: readonly unknown[], live: readonly unknown[], parts: readonly string[]): boolean {
  let before = -1;
  return wanted.every((item) => {
    const at = live.indexOf(item);
    const isInOrder = at > before;
    before = at;
    return isInOrder && parts.includes(`v:${JSON.stringify(item)}`);
  });
}

function parseMap(text: string): Fields {
  try {
    return fieldsOf(JSON.parse(text));
  } catch {
    return {};
  }
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEqual(one: unknown, other: unknown): boolean {
  if (Array.isArray(one))
    return (
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => isEqual(item, other[index]))
    );
  if (!isMap(one)) return one !== null && one === other;
  const names = Object.keys(one);
  return (
    isMap(other) &&
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isEqual(one[name], other[name]))
  );
}
