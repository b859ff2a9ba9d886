/** One instruction of a Dockerfile, its continuation lines joined and its comments gone. */
export interface Instruction {
  /** Upper case. */
  readonly keyword: string;
  /** `--name=value` flags in the order they stand; the value is '' where there is none. */
  readonly flags: readonly { readonly name: string; readonly value: string }[];
  /** What follows the flags. Bodies of here-documents are left out. */
  readonly rest: string;
  /** Line of the keyword, from 1. */
  readonly line: number;
}

export interface SplitDockerfile {
  /** Image of the `# syntax=` directive. */
  readonly syntax?: string;
  readonly escapeCharacter: '\\' | '`';
  readonly instructions: readonly Instruction[];
}

const directive = /^#\s*([a-z]+)\s*=\s*(\S.*)$/i;
const hereDocument = /(?:^|\s)\d*<<(-?)(["']?)([A-Za-z_][\w.]*)\2/g;
const withHereDocuments = new Set(['RUN', 'COPY', 'ADD']);

/**
 * Splits a Dockerfile the way BuildKit does: parser directives, the escape character, comments and
 * empty lines inside continuations, here-documents. Never fails: what is no instruction is passed over.
 */
export function splitInstructions(text: string): SplitDockerfile {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const { syntax, escapeCharacter } = readDirectives(lines);
  const instructions: Instruction[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = at + 1;
    const joined = joinContinuations(lines, at, escapeCharacter);
    at = joined.next;
    const instruction = parseInstruction(joined.text, line + joined.skipped);
    if (instruction === undefined) continue;
    if (withHereDocuments.has(instruction.keyword)) at = skipHereDocuments(lines, at, instruction.rest);
    instructions.push(instruction);
  }
  return { ...(syntax === undefined ? {} : { syntax }), escapeCharacter, instructions };
}

function readDirectives(lines: readonly string[]): { syntax?: string; escapeCharacter: '\\' | '`' } {
  const found: { syntax?: string; escapeCharacter: '\\' | '`' } = { escapeCharacter: '\\' };
  for (const line of lines) {
    const match = directive.exec(line.trim());
    if (match === null) break;
    const [, name = '', value = ''] = match;
    if (name.toLowerCase() === 'syntax') found.syntax = value;
    if (name.toLowerCase() === 'escape' && value === '`') found.escapeCharacter = '`';
  }
  return found;
}

/** `skipped` counts the empty and comment lines before the first line of the instruction. */
function joinContinuations(lines: readonly string[], start: number, escapeCharacter: string) {
  const parts: string[] = [];
  let skipped = 0;
  let at = start;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) {
      if (parts.length === 0) skipped++;
      continue;
    }
    const end = line.trimEnd();
    if (!end.endsWith(escapeCharacter)) {
      parts.push(line);
      at++;
      break;
    }
    parts.push(end.slice(0, -1));
  }
  return { text: parts.join(''), next: at, skipped };
}

function parseInstruction(text: string, line: number): Instruction | undefined {
  const match = /^\s*([A-Za-z]+)(?:\s+(.*))?$/s.exec(text);
  if (match === null) return undefined;
  let rest = (match[2] ?? '').trim();
  const flags: { name: string; value: string }[] = [];
  for (;;) {
    const flag = /^--([a-z][a-z-]*)(?:=((?:"[^"]*"|\S)*))?(?:\s+|$)/i.exec(rest);
    if (flag === null) break;
    flags.push({ name: (flag[1] ?? '').toLowerCase(), value: (flag[2] ?? '').replaceAll('"', '') });
    rest = rest.slice(flag[0].length);
  }
  return { keyword: (match[1] ?? '').toUpperCase(), flags, rest, line };
}

function skipHereDocuments(lines: readonly string[], start: number, rest: string): number {
  let at = start;
  for (const [, dash, , name] of rest.matchAll(hereDocument)) {
    while (at < lines.length) {
      const line = lines[at++] ?? '';
      if ((dash === '-' ? line.replace(/^\t+/, '') : line) === name) break;
    }
  }
  return at;
}
