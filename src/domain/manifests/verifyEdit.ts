import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import { type ManifestTree, readYamlOf } from './manifestTree.ts';
import type { MeantValue } from './splice.ts';
import { isPlainString } from './writeScalar.ts';

/**
 * Reads a file before and after an edit and says what differs other than the meant values: each of those
 * must now be a string with exactly its text, and everything else must be what it was, keys, order, style,
 * tags and anchors included. Empty means that the edit is exactly what was meant.
 */
export function verifyEdit(
  tree: Pick<ManifestTree, 'readings'>,
  before: string,
  after: string,
  file: string,
  meant: readonly MeantValue[],
): readonly string[] {
  const left = describe(tree, before, file);
  const right = describe(tree, after, file);
  if (!left || !right) return [`${file} cannot be read ${left ? 'after' : 'before'} the edit`];
  const wanted = new Map(meant.map(({ document, path, value }) => [keyOf([document, ...path]), value]));
  const parents = new Set(
    meant.flatMap(({ document, path }) => path.map((_, depth) => keyOf([document, ...path.slice(0, depth)]))),
  );
  const differences: string[] = [];

  for (const [key, value] of wanted) {
    const node = right.get(key);
    if (node?.text !== value || !node.isString) differences.push(`${file}: ${key} is not "${value}"`);
  }
  for (const [key, { form }] of right) {
    const old = left.get(key);
    if (wanted.has(key) || old?.form === form) continue;
    // The key of an inserted value, or a list or entry that it needs: new, or empty before.
    const place = key.endsWith(keySuffix) ? key.slice(0, -keySuffix.length) : key;
    const isNeeded = parents.has(place) || wanted.has(place);
    const isMade = isNeeded && (old === undefined || (old.isEmpty && place === key));
    if (!isMade) differences.push(`${file}: ${key} is new or another`);
  }
  for (const key of left.keys()) if (!right.has(key)) differences.push(`${file}: ${key} is gone`);
  const kept = (keys: Iterable<string>, others: ReadonlyMap<string, Form>) =>
    [...keys].filter((key) => others.has(key) && !wanted.has(key)).join('\n');
  if (kept(left.keys(), right) !== kept(right.keys(), left))
    differences.push(`${file}: the order is another`);
  return differences;
}

interface Form {
  /** All that YAML says about a node but its children. */
  readonly form: string;
  readonly isEmpty: boolean;
  readonly isString: boolean;
  readonly text?: string;
}

const keySuffix = ' key';

function describe(
  tree: Pick<ManifestTree, 'readings'>,
  text: string,
  file: string,
): ReadonlyMap<string, Form> | undefined {
  const { documents, problems } = readYamlOf(tree, file, text);
  if (problems.some(({ severity }) => severity === 'error')) return undefined;
  const forms = new Map<string, Form>();
  const add = (node: unknown, path: readonly unknown[]) => {
    forms.set(keyOf(path), formOf(node));
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        const step = isScalar(key) ? String(key.value) : JSON.stringify(formOf(key));
        add(value, [...path, step]);
        forms.set(keyOf([...path, step]) + keySuffix, formOf(key));
      }
    }
    if (isSeq(node)) for (const [index, item] of node.items.entries()) add(item, [...path, index]);
  };
  for (const [index, { content }] of documents.entries()) add(content.contents, [index]);
  return forms;
}

function formOf(node: unknown): Form {
  if (isAlias(node)) return { form: `*${node.source}`, isEmpty: false, isString: false };
  if (isScalar(node)) {
    const { value, type, tag, anchor, source } = node;
    const isPlain = type === 'PLAIN';
    const isString = typeof value === 'string' && (!isPlain || isPlainString(value));
    const form = JSON.stringify([type, tag, anchor, source, String(value)]);
    return { form, isEmpty: value === null, isString, text: String(value) };
  }
  if (isMap(node) || isSeq(node)) {
    const form = JSON.stringify([isMap(node) ? 'map' : 'seq', node.flow === true, node.tag, node.anchor]);
    return { form, isEmpty: node.items.length === 0, isString: false };
  }
  return { form: 'nothing', isEmpty: true, isString: false };
}

function keyOf(path: readonly unknown[]): string {
  return JSON.stringify(path);
}
