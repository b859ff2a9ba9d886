import type { Document, LineCounter } from 'yaml';
import type { SourcePosition } from '../errors/problem.ts';

/** One document of a YAML file, with its nodes' source ranges kept. */
export interface YamlDocument {
  readonly file: string;
  /** Counts from 0 in the file. */
  readonly index: number;
  /** The composed nodes; `srcToken` of each node is kept, merge keys (`<<`) are not applied. */
  readonly content: Document.Parsed;
  readonly lines: LineCounter;
  /** Whether the file begins with a byte order mark, which counts as no column. */
  readonly hasByteOrderMark: boolean;
}

/** The position of a source offset, counted in UTF-16 units from the start of the file. */
export function positionAt(
  source: Pick<YamlDocument, 'file' | 'lines' | 'hasByteOrderMark'>,
  offset: number,
): SourcePosition {
  const { line, col } = source.lines.linePos(offset);
  const column = line === 1 && source.hasByteOrderMark ? col - 1 : col;
  return { file: source.file, line: Math.max(line, 1), column: Math.max(column, 1) };
}
