import { isAlias, isMap, isScalar, isSeq, type Pair } from 'yaml';
import type { YamlPath } from './positionOf.ts';
import type { ResolvedAliases } from './resolveAliases.ts';

/** A value within a document, and how it is reached. */
export interface YamlValue {
  /** Never an alias. */
  readonly node: unknown;
  /** Where it stands; where its alias stands when it is reached through one. */
  readonly path: YamlPath;
  /** Whether other places of the document have the same value by an anchor, alias or merge key. */
  readonly shared: boolean;
}

export interface YamlEntry extends YamlValue {
  readonly key: string;
  readonly pair: Pair;
}

/** The entries of a mapping with its merge keys (`<<`) applied, as every Kubernetes tool applies them. */
export function entriesOf(value: YamlValue, aliases: ResolvedAliases): readonly YamlEntry[] {
  if (!isMap(value.node)) return [];
  const own = value.node.items.flatMap((pair) => {
    const entry = entryOf(pair, value, aliases);
    return entry ? [entry] : [];
  });
  const entries = new Map<string, YamlEntry>();
  for (const entry of own) if (entry.key !== '<<') entries.set(entry.key, entry);
  for (const merge of own) {
    if (merge.key !== '<<') continue;
    const sources = isSeq(merge.node) ? itemsOf(merge, aliases) : [merge];
    for (const source of sources) {
      for (const entry of entriesOf(source, aliases)) {
        if (!entries.has(entry.key)) entries.set(entry.key, { ...entry, shared: true });
      }
    }
  }
  return [...entries.values()];
}

export function itemsOf(value: YamlValue, aliases: ResolvedAliases): readonly YamlValue[] {
  if (!isSeq(value.node)) return [];
  return value.node.items.map((item, index) => reach(item, [...value.path, index], value.shared, aliases));
}

/** The value of one key, `undefined` when the mapping has no such key. */
export function entryAt(value: YamlValue, key: string, aliases: ResolvedAliases): YamlEntry | undefined {
  return entriesOf(value, aliases).find((entry) => entry.key === key);
}

export function rootOf(contents: unknown, aliases: ResolvedAliases): YamlValue {
  return reach(contents, [], false, aliases);
}

/** A scalar's text as written, without quotes: `1.20` stays `1.20`. Undefined for null and collections. */
export function textOf(node: unknown): string | undefined {
  if (!isScalar(node) || node.value === null || node.value === undefined) return undefined;
  if (typeof node.value === 'string') return node.value;
  return node.source ?? String(node.value);
}

function entryOf(pair: Pair, map: YamlValue, aliases: ResolvedAliases): YamlEntry | undefined {
  const key = textOf(aliases.resolve(pair.key));
  if (key === undefined) return undefined;
  return { ...reach(pair.value, [...map.path, key], map.shared, aliases), key, pair };
}

function reach(node: unknown, path: YamlPath, shared: boolean, aliases: ResolvedAliases): YamlValue {
  const isShared = shared || isAlias(node) || aliases.isAliased(node);
  return { node: aliases.resolve(node), path, shared: isShared };
}
