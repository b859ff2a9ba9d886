/** Start of the line that an offset is on. */
export function lineStartOf(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}

/** UTF-16 units between the start of its line and an offset; a byte order mark takes no place. */
export function columnOf(text: string, offset: number): number {
  const start = lineStartOf(text, offset);
  return offset - start - (start === 0 && text.startsWith('\uFEFF') ? 1 : 0);
}

/** The text of the rest of a line from an offset on, without its line ending. */
export function restOfLine(text: string, offset: number): string {
  const end = text.indexOf('\n', offset);
  return text.slice(offset, end < 0 ? undefined : end).replace(/\r$/, '');
}

/** The line ending in use where an offset is, or else the file's first, or else LF. */
export function lineEndingAt(text: string, offset: number): '\n' | '\r\n' {
  const here = text.indexOf('\n', offset);
  const end = here >= 0 ? here : text.indexOf('\n');
  return end > 0 && text[end - 1] === '\r' ? '\r\n' : '\n';
}

/** Where lines go that follow the line of an offset, and the text that puts them there. */
export function insertLinesAfter(
  text: string,
  offset: number,
  lines: readonly string[],
): { offset: number; length: 0; text: string; isLines: true } {
  const ending = lineEndingAt(text, offset);
  const end = text.indexOf('\n', offset);
  const inserted =
    end < 0 ? lines.map((line) => ending + line).join('') : lines.map((line) => line + ending).join('');
  return { offset: end < 0 ? text.length : end + 1, length: 0, text: inserted, isLines: true };
}
