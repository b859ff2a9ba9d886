export interface Expanded {
  readonly text: string;
  /** Names without a value, and expressions of a form that is not understood; they expand to nothing. */
  readonly missing: readonly string[];
}

/** Defaults nest as deep as the text is long, and so does the recursion. */
const longestText = 4096;

/**
 * Expands `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`, `${NAME:+other}` and `${NAME+other}`
 * as BuildKit does in FROM, COPY and ADD. Defaults may nest.
 */
export function expandVariables(
  text: string,
  lookup: (name: string) => string | undefined,
  escapeCharacter: string,
): Expanded {
  if (!text.includes('$')) return { text, missing: [] };
  if (text.length > longestText) return { text: '', missing: [text] };
  const missing: string[] = [];
  let out = '';
  let at = 0;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === escapeCharacter && text.charAt(at + 1) === '$') {
      out += '$';
      at += 2;
    } else if (character !== '$') {
      out += character;
      at++;
    } else if (text.charAt(at + 1) === '{') {
      const end = closingBrace(text, at + 2);
      out += expandExpression(text.slice(at + 2, end), lookup, escapeCharacter, missing);
      at = end + 1;
    } else {
      const name = /^\w+/.exec(text.slice(at + 1, at + 129))?.[0] ?? '';
      out += name === '' ? '$' : readVariable(name, lookup, missing);
      at += 1 + name.length;
    }
  }
  return { text: out, missing };
}

function closingBrace(text: string, start: number): number {
  let depth = 1;
  for (let at = start; at < text.length; at++) {
    if (text.startsWith('${', at)) depth++;
    if (text.charAt(at) === '}' && --depth === 0) return at;
  }
  return text.length;
}

function expandExpression(
  expression: string,
  lookup: (name: string) => string | undefined,
  escapeCharacter: string,
  missing: string[],
): string {
  const match = /^(\w+)(?:(:?[-+])(.*))?$/s.exec(expression);
  if (match === null) {
    missing.push(expression);
    return '';
  }
  const [, name = '', operator, word = ''] = match;
  if (operator === undefined) return readVariable(name, lookup, missing);
  const value = lookup(name);
  const isSet = operator.startsWith(':') ? value !== undefined && value !== '' : value !== undefined;
  if (operator.endsWith('-') && isSet) return value ?? '';
  if (operator.endsWith('+') && !isSet) return '';
  const inner = expandVariables(word, lookup, escapeCharacter);
  missing.push(...inner.missing);
  return inner.text;
}

function readVariable(name: string, lookup: (name: string) => string | undefined, missing: string[]): string {
  const value = lookup(name);
  if (value === undefined) missing.push(name);
  return value ?? '';
}
