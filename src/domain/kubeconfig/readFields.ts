import { isMap, isScalar, isSeq } from 'yaml';
import type { Problem } from '../errors/problem.ts';
import { entriesOf, itemsOf, type YamlEntry, type YamlValue } from '../yaml/readEntries.ts';
import type { ResolvedAliases } from '../yaml/resolveAliases.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt, type YamlDocument } from '../yaml/yamlDocument.ts';

/** A text being read; what is wrong in it is collected. */
export interface FieldReading {
  readonly document: YamlDocument;
  readonly aliases: ResolvedAliases;
  readonly problems: Problem[];
}

/** The fields of a mapping, typed as they are asked for. A null counts as absent; unknown fields are left alone. */
export interface Fields {
  readonly value: YamlValue;
  string(key: string): string | undefined;
  boolean(key: string): boolean;
  strings(key: string): readonly string[];
  /** Base64 as written; only its form is checked. */
  base64(key: string): string | undefined;
  map(key: string): Fields | undefined;
  maps(key: string): readonly Fields[];
  keys(): readonly string[];
}

const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads a mapping's fields. Messages name fields, never their values: those may be secret. */
export function readFields(value: YamlValue, name: string, reading: FieldReading): Fields {
  const report = (node: unknown, message: string): undefined => {
    const offset = startOf(node) ?? startOf(value.node) ?? 0;
    reading.problems.push({ severity: 'error', message, at: positionAt(reading.document, offset) });
  };
  const isAbsent = ({ node }: YamlValue): boolean => isNull(node);
  if (!isMap(value.node) && !isAbsent(value)) report(value.node, `${name} must be a mapping.`);
  const entries = new Map(entriesOf(value, reading.aliases).map((entry) => [entry.key, entry]));
  const named = (key: string): string => (name === '' ? key : `${name}.${key}`);

  const find = (key: string): YamlEntry | undefined => {
    const entry = entries.get(key);
    return entry === undefined || isAbsent(entry) ? undefined : entry;
  };
  const textIn = (found: YamlValue, field: string): string | undefined =>
    isScalar(found.node) && typeof found.node.value === 'string'
      ? found.node.value
      : report(found.node, `${field} must be a string; put quotes around it.`);
  const listIn = (key: string): readonly YamlValue[] => {
    const entry = find(key);
    if (entry === undefined) return [];
    if (!isSeq(entry.node)) report(entry.node, `${named(key)} must be a list.`);
    return itemsOf(entry, reading.aliases);
  };

  const string = (key: string): string | undefined => {
    const entry = find(key);
    return entry === undefined ? undefined : textIn(entry, named(key)) || undefined;
  };
  return {
    value,
    string,
    boolean(key) {
      const entry = find(key);
      if (entry === undefined) return false;
      if (isScalar(entry.node) && typeof entry.node.value === 'boolean') return entry.node.value;
      report(entry.node, `${named(key)} must be true or false.`);
      return false;
    },
    strings: (key) =>
      listIn(key).map((item, index) =>
        isAbsent(item) ? '' : (textIn(item, `${named(key)}[${index}]`) ?? ''),
      ),
    base64(key) {
      const text = string(key)?.replaceAll(/[\r\n]/g, '');
      if (text !== undefined && !base64.test(text))
        return report(find(key)?.node, `${named(key)} is not base64.`);
      return text || undefined;
    },
    map(key) {
      const entry = find(key);
      return entry === undefined ? undefined : readFields(entry, named(key), reading);
    },
    maps: (key) => listIn(key).map((item, index) => readFields(item, `${named(key)}[${index}]`, reading)),
    keys: () => [...entries.keys()],
  };
}

function isNull(node: unknown): boolean {
  return (
    node === null ||
    node === undefined ||
    (isScalar(node) && (node.value === null || node.value === undefined))
  );
}
