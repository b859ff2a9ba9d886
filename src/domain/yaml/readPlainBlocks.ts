import { yamlLimits } from './readTokens.ts';

/** What a document says, and where it begins; lines and columns count from 1. */
export interface PlainBlocks {
  readonly value: unknown;
  readonly line: number;
  readonly column: number;
}

interface Line {
  readonly indent: number;
  /** From the first character that is no space. */
  readonly text: string;
  /** Where it stands in the raw lines. */
  readonly at: number;
}

/** Thrown where the text is not as simple as it has to be; never leaves this file. */
class NotPlain extends Error {}

const deepest = 60;

/** Controls, other line breaks and byte order marks: each has rules of its own. */
const odd = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]|[\ud800-\udfff]/;

/** Words that YAML 1.1 takes for something else than a text. */
const specialWord = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

/**
 * Reads the documents that programs and people mostly write: blocks of mappings and sequences, with plain or simply
 * quoted scalars and literal texts, as `readYaml` with the scalars of Kubernetes would; thirty times faster. Undefined
 * for every document in which anything else stands (anchors, tags, flow collections, escapes, folded texts, doubtful
 * numbers, keys that stand twice, mistakes): those are for `readYaml`.
 */
export function readPlainBlocks(text: string): PlainBlocks | undefined {
  if (text.length > yamlLimits.size || odd.test(text)) return undefined;
  try {
    return new BlockReader(text.split('\n')).read();
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class BlockReader {
  readonly #raw: readonly string[];
  /** The next line with something on it; undefined at the end. */
  #line: Line | undefined;
  #depth = 0;

  constructor(raw: readonly string[]) {
    this.#raw = raw;
    this.#line = this.#seek(0);
    if (this.#line?.text === '---') this.#line = this.#seek(this.#line.at + 1);
  }

  read(): PlainBlocks {
    const first = this.#line;
    if (first?.indent !== 0 || isItem(first.text)) throw new NotPlain();
    const value = this.#readBlock(first.indent);
    if (this.#line) throw new NotPlain();
    return { value, line: first.at + 1, column: 1 };
  }

  #seek(from: number): Line | undefined {
    for (let at = from; at < this.#raw.length; at += 1) {
      const raw = this.#raw[at] ?? '';
      const text = raw.trimStart();
      if (text === '' || text.startsWith('#')) continue;
      return { indent: raw.length - text.length, text: text.trimEnd(), at };
    }
    return undefined;
  }

  #readBlock(indent: number): unknown {
    this.#depth += 1;
    if (this.#depth > deepest) throw new NotPlain();
    const value = this.#line && isItem(this.#line.text) ? this.#readItems(indent) : this.#readFields(indent);
    this.#depth -= 1;
    return value;
  }

  #readFields(indent: number): unknown {
    const fields: Record<string, unknown> = {};
    for (let line = this.#line; line && line.indent >= indent; line = this.#line) {
      if (line.indent > indent || isItem(line.text)) throw new NotPlain();
      const [, plain, quoted, rest = ''] =
        /^(?:([A-Za-z][A-Za-z0-9_./-]*)|"([A-Za-z0-9_./ -]*)"):(?:$| +(.*))/.exec(line.text) ?? [];
      const key = plain ?? quoted;
      if (key === undefined || key === '__proto__' || (plain !== undefined && specialWord.test(plain)))
        throw new NotPlain();
      if (Object.hasOwn(fields, key)) throw new NotPlain();
      this.#line = this.#seek(line.at + 1);
      fields[key] = this.#readValue(rest, indent, line.at, true);
    }
    return fields;
  }

  #readItems(indent: number): unknown {
    const items: unknown[] = [];
    for (let line = this.#line; line && line.indent === indent && isItem(line.text); line = this.#line) {
      const rest = line.text.slice(1).trimStart();
      const inner = indent + line.text.length - rest.length;
      if (rest !== '' && !rest.startsWith('#') && isField(rest)) {
        this.#line = { indent: inner, text: rest, at: line.at };
        items.push(this.#readBlock(inner));
      } else {
        if (isItem(rest)) throw new NotPlain();
        this.#line = this.#seek(line.at + 1);
        items.push(this.#readValue(rest, indent, line.at, false));
      }
    }
    if (this.#line && this.#line.indent > indent) throw new NotPlain();
    return items;
  }

  /** What stands behind a key or a dash in a line that is left behind, or in the lines below it. */
  #readValue(rest: string, indent: number, at: number, ofField: boolean): unknown {
    const literal = /^\|([-+]?)(?: +#.*)?$/.exec(rest);
    if (literal) return this.#readLiteral(literal[1] ?? '', indent, at);
    const next = this.#line;
    const isDeeper = next !== undefined && next.indent > indent;
    if (rest !== '' && !rest.startsWith('#')) {
      // The scalar goes on below.
      if (isDeeper) throw new NotPlain();
      return readScalar(rest);
    }
    if (isDeeper) return this.#readBlock(next.indent);
    if (ofField && next && next.indent === indent && isItem(next.text)) return this.#readBlock(indent);
    return null;
  }

  #readLiteral(chomp: string, parent: number, at: number): string {
    let indent: number | undefined;
    const lines: string[] = [];
    let next = at + 1;
    for (; next < this.#raw.length; next += 1) {
      const raw = this.#raw[next] ?? '';
      const own = raw.length - raw.trimStart().length;
      const isBlank = own === raw.length;
      if (!isBlank && indent === undefined) {
        if (own <= parent) throw new NotPlain();
        indent = own;
      }
      if (isBlank && (indent === undefined || own < indent)) {
        if (indent === undefined && own > 0) throw new NotPlain();
        lines.push('');
      } else if (own < (indent ?? 0)) break;
      else lines.push(raw.slice(indent));
    }
    if (indent === undefined) throw new NotPlain();
    // What splits the last line from nothing is no line.
    if (next === this.#raw.length && lines.at(-1) === '') lines.pop();
    else if (next === this.#raw.length) throw new NotPlain();
    this.#line = this.#seek(next);
    const text = lines.map((line) => `${line}\n`).join('');
    if (chomp === '+') return text;
    const bare = text.replace(/\n+$/, '');
    return chomp === '-' || bare === '' ? bare : `${bare}\n`;
  }
}

function isItem(text: string): boolean {
  return text === '-' || text.startsWith('- ');
}

function isField(text: string): boolean {
  return /^(?:[A-Za-z][A-Za-z0-9_./-]*|"[A-Za-z0-9_./ -]*"):(?: |$)/.test(text);
}

function readScalar(rest: string): unknown {
  const quoted = /^(?:"([^"\\]*)"|'([^']*)')(?: +#.*)?$/.exec(rest);
  if (quoted) return quoted[1] ?? quoted[2];
  const text = rest.replace(/ +#.*$/, '');
  if (text === '{}') return {};
  if (text === '[]') return [];
  if (/^(?:0|[1-9][0-9]{0,14})$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  if (specialWord.test(text) || text.includes(': ') || text.endsWith(':')) throw new NotPlain();
  // A digit begins a text only where a letter follows that no number has.
  if (/^[A-Za-z/]/.test(text) || (/^[0-9][0-9A-Za-z./-]*$/.test(text) && /[g-np-wyz/]/i.test(text)))
    return text;
  throw new NotPlain();
}
