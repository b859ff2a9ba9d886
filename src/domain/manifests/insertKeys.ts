import { isScalar, type YAMLMap } from 'yaml';
import type { YamlEntry } from '../yaml/readEntries.ts';
import { startOf } from '../yaml/startOf.ts';
import { colonOf, isEmpty, scalarSourceOf } from './replaceScalar.ts';
import { refuse, type Splice, type SpliceResult } from './splice.ts';
import { columnOf, insertLinesAfter, restOfLine } from './textLines.ts';
import { writeScalar } from './writeScalar.ts';

/**
 * Inserts keys behind a sibling, in the sibling's own indentation, quotes and line ending: lines of their
 * own in a block mapping, `, key: value` in a flow mapping.
 */
export function insertKeys(
  text: string,
  map: YAMLMap,
  sibling: YamlEntry,
  entries: readonly (readonly [key: string, value: string])[],
): { readonly kind: 'splice'; readonly splice: Splice } | Extract<SpliceResult, { kind: 'refused' }> {
  const key = scalarSourceOf(sibling.pair.key);
  const colon = colonOf(sibling);
  const value = scalarSourceOf(sibling.node);
  if (
    sibling.shared ||
    !isScalar(sibling.pair.key) ||
    !key ||
    colon === undefined ||
    (!value && !isEmpty(sibling.node))
  ) {
    const offset = startOf(sibling.pair.key) ?? 0;
    return refuse('unsupported-form', offset, `The key "${sibling.key}" is not written as one plain line.`);
  }
  const valueEnd = value ? value.offset + value.source.length : colon + 1;
  const gap = value ? text.slice(colon + 1, value.offset) : ' ';
  const separator = /^[ \t]*$/.test(gap) ? gap : ' ';
  const written = entries.map(
    ([name, content]) =>
      `${writeScalar(name, key.style)}:${separator}${writeScalar(content, value?.style ?? 'plain')}`,
  );

  if (map.flow) {
    const lead = leadOf(text, key.offset);
    const inserted = written.map((entry) => `,${lead}${entry}`).join('');
    return { kind: 'splice', splice: { offset: valueEnd, length: 0, text: inserted, isLines: false } };
  }
  if (!/^[ \t]*(?:#.*)?$/.test(restOfLine(text, valueEnd))) {
    return refuse('unsupported-form', valueEnd, 'More than the value stands on the line.');
  }
  const indent = ' '.repeat(columnOf(text, key.offset));
  return {
    kind: 'splice',
    splice: insertLinesAfter(
      text,
      valueEnd,
      written.map((line) => indent + line),
    ),
  };
}

/** White space between an item of a flow collection and the bracket or comma before it; one space if none. */
export function leadOf(text: string, offset: number): string {
  return /[\s]+$/.exec(text.slice(Math.max(offset - 500, 0), offset))?.[0] ?? ' ';
}
