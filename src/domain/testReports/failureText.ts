import stripAnsi from 'strip-ansi';

const maximumLength = 4000;
/** The first line of a stack: V8's "at …", vitest's "❯ …". */
const stackStart = /\n[ \t]*(?:at (?:async |new )?\S|❯ )/;

/** Text without escape and control sequences; lines end in a line feed and without blanks. */
export function plainText(text: string): string {
  // Where a format does not allow an escape character, pytest spells it "#x1B" and node:test "\\x1B".
  return stripAnsi(text.replace(/(?:#|\\)x1B\[/gi, '\u001b['))
    .split(/\r?\n/)
    .map((line) => line.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '').trimEnd())
    .join('\n');
}

/** Plain text for a person to read: no empty lines around it, at most 4,000 characters. */
export function cleanText(text: string): string {
  const lines = plainText(text.slice(0, 10 * maximumLength)).split('\n');
  const first = lines.findIndex((line) => line !== '');
  const last = lines.findLastIndex((line) => line !== '');
  const clean = first < 0 ? '' : lines.slice(first, last + 1).join('\n');
  if (clean.length <= maximumLength) return clean;
  return `${clean.slice(0, maximumLength - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** The part of a failure's text before its stack. */
export function cutStack(text: string): string {
  const start = stackStart.exec(text);
  return start === null ? text : text.slice(0, start.index);
}

/** Drops what repeats the first line with the error's name before it: mocha gives the message, then the error. */
export function cutRepeat(text: string): string {
  const first = text.split('\n', 1)[0] ?? '';
  const repeated = first === '' ? -1 : text.indexOf(`: ${first}`, first.length);
  return repeated < 0 ? text : text.slice(0, text.lastIndexOf('\n', repeated));
}

/** `message` as it stands in `text`, if it does: XML attributes lose their line breaks. */
export function restoreLines(message: string, text: string): string {
  const wanted = message.replace(/\s+/g, '');
  const kept = [...text.matchAll(/\S+/g)];
  const start = kept
    .map(([word]) => word)
    .join('')
    .indexOf(wanted);
  if (wanted === '' || start < 0) return message;
  let passed = 0;
  let from: number | undefined;
  for (const { 0: word, index } of kept) {
    if (from === undefined && passed + word.length > start) from = index + start - passed;
    passed += word.length;
    const over = passed - start - wanted.length;
    if (from !== undefined && over >= 0) return text.slice(from, index + word.length - over);
  }
  return message;
}
