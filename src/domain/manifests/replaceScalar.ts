import { type CST, isScalar } from 'yaml';
import type { YamlEntry, YamlValue } from '../yaml/readEntries.ts';
import { startOf } from '../yaml/startOf.ts';
import { refuse, type Splice, type SpliceResult } from './splice.ts';
import { type QuoteStyle, writeScalar } from './writeScalar.ts';

const quoteStyles: Readonly<Record<string, QuoteStyle>> = {
  scalar: 'plain',
  'single-quoted-scalar': 'single',
  'double-quoted-scalar': 'double',
};

/** A scalar on one line, as it stands in the source. */
export interface ScalarSource {
  readonly offset: number;
  readonly source: string;
  readonly style: QuoteStyle;
}

/** The source of a flow scalar that is not empty and on one line; undefined for every other form. */
export function scalarSourceOf(node: unknown): ScalarSource | undefined {
  const token = isScalar(node) ? (node.srcToken as CST.Token | undefined) : undefined;
  const style = token && quoteStyles[token.type];
  if (!token || style === undefined || !('source' in token)) return undefined;
  const { offset, source } = token;
  return source === '' || /[\r\n]/.test(source) ? undefined : { offset, source, style };
}

/** The splice that gives a scalar another text in its own quote style, or why there is none. */
export function replaceScalar(
  value: YamlValue | YamlEntry,
  text: string,
): { readonly kind: 'splice'; readonly splice: Splice } | Extract<SpliceResult, { kind: 'refused' }> {
  const start = startOf(value.node) ?? 0;
  if (value.shared) {
    return refuse('anchored', start, 'The value stands for other places too, by an anchor or alias.');
  }
  const scalar = scalarSourceOf(value.node);
  if (scalar) {
    const { offset, source, style } = scalar;
    const splice = { offset, length: source.length, text: writeScalar(text, style), isLines: false };
    return { kind: 'splice', splice };
  }
  const colon = isEmpty(value.node) && 'pair' in value ? colonOf(value) : undefined;
  if (colon !== undefined) {
    const splice = { offset: colon + 1, length: 0, text: ` ${writeScalar(text, 'plain')}`, isLines: false };
    return { kind: 'splice', splice };
  }
  return refuse('unsupported-form', start, 'The value is not a scalar on one line.');
}

/** Offset of the colon behind an entry's key; undefined for the explicit `? key` form. */
export function colonOf({ pair }: YamlEntry): number | undefined {
  const token = pair.srcToken as CST.CollectionItem | undefined;
  if (token?.start.some(({ type }) => type === 'explicit-key-ind')) return undefined;
  return token?.sep?.find(({ type }) => type === 'map-value-ind')?.offset;
}

export function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null && !node.source);
}
