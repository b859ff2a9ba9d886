import { type Alias, isAlias, isCollection, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { yamlLimits } from './readTokens.ts';
import { startOf } from './startOf.ts';
import type { YamlDocument } from './yamlDocument.ts';

/** A fact about nodes that makes a document unusable; `offset` is where it stands. */
export interface StructureProblem {
  readonly offset: number;
  readonly message: string;
}

/** What a node stands for once its aliases are written out. */
interface Extent {
  readonly nodes: number;
  readonly depth: number;
}

/**
 * Finds keys that stand twice in one mapping, aliases without an anchor, anchors that contain themselves,
 * and aliases that stand for too much. Takes time linear in the document, whatever its aliases say;
 * recursion is bounded by the depth that was checked before composing.
 */
export function findStructureProblems(document: YamlDocument): readonly StructureProblem[] {
  const problems: StructureProblem[] = [];
  const anchored = new Map<string, Extent | 'open'>();
  let aliases = 0;
  let written = 0;

  const report = (node: unknown, message: string) => {
    if (problems.length < yamlLimits.errors) problems.push({ offset: startOf(node) ?? 0, message });
  };

  const followAlias = (alias: Alias): Extent => {
    aliases += 1;
    const extent = anchored.get(alias.source);
    if (extent === undefined) report(alias, `alias *${alias.source} has no anchor before it`);
    if (extent === 'open') report(alias, `anchor &${alias.source} contains itself`);
    return typeof extent === 'object' ? extent : leaf;
  };

  const measure = (node: unknown): Extent => {
    written += 1;
    if (isAlias(node)) return followAlias(node);
    const anchor = isScalar(node) || isCollection(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchored.set(anchor, 'open');
    if (isMap(node)) findRepeatedKeys(node, report);
    let nodes = 1;
    let depth = 0;
    for (const child of childrenOf(node)) {
      const extent = measure(child);
      nodes += extent.nodes;
      depth = Math.max(depth, extent.depth + 1);
    }
    const extent = { nodes, depth };
    if (anchor !== undefined) anchored.set(anchor, extent);
    return extent;
  };

  const root = document.content.contents;
  const { nodes, depth } = measure(root);
  if (aliases > yamlLimits.aliases) {
    report(root, `has ${aliases} aliases; at most ${yamlLimits.aliases} are followed`);
  }
  if (nodes - written > yamlLimits.aliasedNodes) {
    report(root, `has aliases that stand for more than ${yamlLimits.aliasedNodes} nodes`);
  }
  if (depth > yamlLimits.depth) {
    report(root, `is nested deeper than ${yamlLimits.depth} levels once its aliases are written out`);
  }
  return problems;
}

const leaf: Extent = { nodes: 1, depth: 0 };

function childrenOf(node: unknown): readonly unknown[] {
  if (isMap(node)) return node.items.flatMap(({ key, value }) => [key, value]);
  return isSeq(node) ? node.items : [];
}

function findRepeatedKeys(map: YAMLMap, report: (node: unknown, message: string) => void): void {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name)) report(key, `key "${name}" stands twice in one mapping`);
    seen.add(name);
  }
}
