import { type Alias, isAlias, type Node, visit } from 'yaml';
import type { YamlDocument } from './yamlDocument.ts';

export interface ResolvedAliases {
  /** The node an alias stands for, anything else as it is. */
  resolve(node: unknown): unknown;
  /** Whether an alias somewhere in the document stands for this very node. */
  isAliased(node: unknown): boolean;
}

/** Finds what all aliases of a document stand for in one pass; the library's own way is a pass for each. */
export function resolveAliases({ content }: YamlDocument): ResolvedAliases {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(content, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchored.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchored.set(node.anchor, node);
      }
    },
  });
  const aliased = new Set<unknown>(targets.values());
  return {
    resolve: (node) => (isAlias(node) ? targets.get(node) : node),
    isAliased: (node) => aliased.has(node),
  };
}
