import { type CST, isCollection, isMap, isNode, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { entryAt } from '../yaml/readEntries.ts';
import { startOf } from '../yaml/startOf.ts';
import type { WantedImage } from './imageEdit.ts';
import { leadOf } from './insertKeys.ts';
import type { Kustomization } from './kustomization.ts';
import { colonOf, isEmpty, scalarSourceOf } from './replaceScalar.ts';
import { refuse, type Splice, type SpliceResult } from './splice.ts';
import { columnOf, insertLinesAfter, lineStartOf } from './textLines.ts';
import { type QuoteStyle, writeScalar } from './writeScalar.ts';

type Field = readonly [key: string, value: string];

/**
 * Adds a whole `images:` entry to a kustomization that has none for the image: behind the last entry, or
 * with an `images:` key of its own at the end, in the style of the file.
 */
export function addImageEntry(
  { text, root, aliases, images }: Kustomization,
  name: string,
  { tag, digest }: WantedImage,
): SpliceResult {
  const map = root.node;
  if (!isMap(map)) return refuse('unsupported-form', 0, 'The kustomization is no mapping.');
  const fields: Field[] = [
    ['name', name],
    ['newTag', tag],
    ['digest', digest],
  ];
  const existing = entryAt(root, 'images', aliases);
  const list = existing?.node;
  if (existing?.shared)
    return refuse('anchored', startOf(list) ?? 0, 'The list stands for other places too.');

  let splice: Splice | undefined;
  if (existing === undefined) splice = addList(text, map, fields);
  else if (isSeq(list))
    splice = list.flow
      ? addToFlowList(text, list, fields, keyStyleOf(map))
      : addToBlockList(text, list, fields);
  else if (isEmpty(list) && !map.flow) {
    const colon = colonOf(existing);
    if (colon !== undefined)
      splice = insertLinesAfter(text, colon, blockEntry(fields, listPrefix(text, map), ' '));
  }
  if (!splice) {
    return refuse(
      'unsupported-form',
      startOf(list) ?? 0,
      'The list is not written in a form that can take an entry.',
    );
  }
  const meant = fields.map(([key, value]) => ({ document: 0, path: ['images', images.length, key], value }));
  return { kind: 'splices', splices: [splice], meant };
}

function addList(text: string, map: YAMLMap, fields: readonly Field[]): Splice | undefined {
  const last = map.items.at(-1);
  const keyStart = startOf(last?.key);
  // The end of a flow mapping is behind its bracket, that of its last value before it.
  const end = map.flow ? endOf(last?.value ?? last?.key) : endOf(map);
  if (end === undefined || keyStart === undefined) return undefined;
  if (map.flow) {
    const style = keyStyleOf(map);
    const list = `${writeScalar('images', style)}: [${flowEntry(fields, style)}]`;
    return { offset: end, length: 0, text: `,${leadOf(text, keyStart)}${list}`, isLines: false };
  }
  const indent = ' '.repeat(columnOf(text, startOf(map.items[0]?.key) ?? 0));
  return insertLinesAfter(text, end, [`${indent}images:`, ...blockEntry(fields, listPrefix(text, map), ' ')]);
}

function addToFlowList(
  text: string,
  list: YAMLSeq,
  fields: readonly Field[],
  style: QuoteStyle,
): Splice | undefined {
  const last = list.items.at(-1);
  const entry = flowEntry(fields, isMap(last) ? keyStyleOf(last) : style);
  const start = startOf(list);
  if (start === undefined) return undefined;
  if (last === undefined) return { offset: start + 1, length: 0, text: entry, isLines: false };
  const end = endOf(last);
  const lastStart = startOf(last);
  if (end === undefined || lastStart === undefined) return undefined;
  return { offset: end, length: 0, text: `,${leadOf(text, lastStart)}${entry}`, isLines: false };
}

function addToBlockList(text: string, list: YAMLSeq, fields: readonly Field[]): Splice | undefined {
  const last = list.items.at(-1);
  const token = list.srcToken as CST.BlockSequence | undefined;
  const dash = token?.items.at(-1)?.start.find(({ type }) => type === 'seq-item-ind')?.offset;
  const end = endOf(last);
  const start = startOf(last);
  if (dash === undefined || end === undefined || start === undefined) return undefined;
  const prefix = text.slice(lineStartOf(text, dash), dash);
  if (!/^ *$/.test(prefix)) return undefined;
  const gap = text.slice(dash + 1, start);
  const isFlow = isCollection(last) && last.flow === true;
  const lines = isFlow
    ? [`${prefix}- ${flowEntry(fields, isMap(last) ? keyStyleOf(last) : 'plain')}`]
    : blockEntry(fields, prefix, /^ +$/.test(gap) ? gap : ' ');
  return insertLinesAfter(text, end, lines);
}

function blockEntry(fields: readonly Field[], prefix: string, gap: string): string[] {
  return fields.map(([key, value], index) => {
    const lead = index === 0 ? `-${gap}` : ` ${' '.repeat(gap.length)}`;
    return `${prefix}${lead}${key}: ${writeScalar(value, 'plain')}`;
  });
}

function flowEntry(fields: readonly Field[], style: QuoteStyle): string {
  const entries = fields.map(([key, value]) => `${writeScalar(key, style)}: ${writeScalar(value, style)}`);
  return `{${entries.join(', ')}}`;
}

/** What stands before the dash in the file's first block list; kustomize's own style has nothing there. */
function listPrefix(text: string, map: YAMLMap): string {
  const indent = ' '.repeat(columnOf(text, startOf(map.items[0]?.key) ?? 0));
  for (const { value } of map.items) {
    const token = isSeq(value) && !value.flow ? (value.srcToken as CST.BlockSequence | undefined) : undefined;
    const dash = token?.items[0]?.start.find(({ type }) => type === 'seq-item-ind')?.offset;
    if (dash !== undefined) return ' '.repeat(Math.max(columnOf(text, dash), indent.length));
  }
  return indent;
}

function keyStyleOf(map: YAMLMap): QuoteStyle {
  return scalarSourceOf(map.items[0]?.key)?.style ?? 'plain';
}

/** The offset behind a node's last character, on the line where that is. */
function endOf(node: unknown): number | undefined {
  if (isMap(node) && !node.flow) {
    const last = node.items.at(-1);
    return endOf(isEmpty(last?.value) ? last?.key : last?.value);
  }
  if (isSeq(node) && !node.flow) return endOf(node.items.at(-1));
  if (!isNode(node) || !node.range) return undefined;
  // A block scalar's range ends behind its last line ending; the line before that is the one to follow.
  const isBlock = isScalar(node) && (node.srcToken as CST.Token | undefined)?.type === 'block-scalar';
  return isBlock ? node.range[1] - 1 : node.range[1];
}
