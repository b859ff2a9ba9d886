import { isNode } from 'yaml';

/** Source offset of a node; undefined for what has none. */
export function startOf(node: unknown): number | undefined {
  return isNode(node) && node.range ? node.range[0] : undefined;
}
