import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { SourcePosition } from '../errors/problem.ts';
import { startOf } from './startOf.ts';
import { positionAt, type YamlDocument } from './yamlDocument.ts';

/** Keys and indices from the document's root. */
export type YamlPath = readonly (string | number)[];

/**
 * Where the value at a path stands, or its key with `part: 'key'`. A path that does not exist gives the
 * position of the nearest ancestor that does, which is where a missing property belongs.
 */
export function positionOf(
  document: YamlDocument,
  path: YamlPath,
  part: 'key' | 'value' = 'value',
): SourcePosition {
  let node: unknown = document.content.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document.content);
    const child = childOf(node, step);
    if (child === undefined) break;
    const isLast = depth === path.length - 1;
    const wanted = part === 'key' && isLast ? child.key : child.value;
    offset = startOf(wanted) ?? startOf(child.key) ?? offset;
    node = child.value;
  }
  return positionAt(document, offset);
}

function childOf(node: unknown, step: string | number): { key: unknown; value: unknown } | undefined {
  if (isMap(node)) {
    return node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(step));
  }
  if (isSeq(node) && typeof step === 'number' && step in node.items) {
    const value = node.items[step];
    return { key: value, value };
  }
  return undefined;
}
