/** One line of a .dockerignore, ready to match. */
export interface IgnorePattern {
  /** The line began with `!`: what it matches is sent after all. */
  readonly negated: boolean;
  /** Whether exactly this path matches; parents are the caller's business. */
  matches(path: string): boolean;
  /** Whether a path below the folder could match; true when in doubt. */
  canMatchBelow(folder: string): boolean;
}

const syntaxCharacters = /[\\^$.*+?()[\]{}|/-]/;

function literal(character: string): string {
  return syntaxCharacters.test(character) ? `\\${character}` : character;
}

/**
 * A character class that starts at `[`; undefined when malformed by the rules of Go's `path.Match`, whose
 * classes have no bare `-` or `]` as a member.
 */
function readClass(
  pattern: readonly string[],
  start: number,
): { readonly source: string; readonly end: number } | undefined {
  let at = start + 1;
  let source = '[';
  if (pattern[at] === '^') {
    source += '^';
    at++;
  }
  const readMember = (): string | undefined => {
    if (pattern[at] === '\\') at++;
    else if (pattern[at] === '-' || pattern[at] === ']') return undefined;
    const member = pattern[at++];
    return member === undefined ? undefined : literal(member);
  };
  for (let members = 0; ; members++) {
    if (pattern[at] === ']' && members > 0) return { source: `${source}]`, end: at };
    const low = readMember();
    if (low === undefined) return undefined;
    source += low;
    if (pattern[at] === '-') {
      at++;
      const high = readMember();
      if (high === undefined) return undefined;
      source += `-${high}`;
    }
  }
}

/** The regular expression of a cleaned pattern, by the rules of moby/patternmatcher; undefined when malformed. */
function compile(pattern: string): RegExp | undefined {
  const characters = [...pattern];
  let source = '';
  // A leading ** before plain text means "ends with", also in the middle of a name.
  if (/^\*\*[^/*?[\]\\]+$/.test(pattern)) {
    source = `.*${[...pattern.slice(2)].map(literal).join('')}`;
  } else {
    for (let at = 0; at < characters.length; at++) {
      const character = characters[at] ?? '';
      if (character === '*' && characters[at + 1] === '*') {
        at += characters[at + 2] === '/' ? 2 : 1;
        source += at + 1 >= characters.length ? '.*' : '(?:.*/)?';
      } else if (character === '*') source += '[^/]*';
      else if (character === '?') source += '[^/]';
      else if (character === '\\') {
        const escaped = characters[++at];
        if (escaped === undefined) return undefined;
        source += literal(escaped);
      } else if (character === '[') {
        const found = readClass(characters, at);
        if (!found) return undefined;
        source += found.source;
        at = found.end;
      } else source += literal(character);
    }
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // A range whose ends are the wrong way round.
    return undefined;
  }
}

/**
 * A pattern without its `!`, cleaned and relative to the context. Undefined when it is malformed.
 */
export function compilePattern(pattern: string, negated: boolean): IgnorePattern | undefined {
  const whole = compile(pattern);
  if (!whole) return undefined;
  const segments = pattern.split('/');
  const isPlain = !/[*?[\]\\]/.test(pattern);
  const firstFolders = segments.map((segment) =>
    segment.includes('**') ? undefined : /[*?[\]\\]/.test(segment) ? compile(segment) : segment,
  );
  return {
    negated,
    matches: isPlain ? (path) => path === pattern : (path) => whole.test(path),
    canMatchBelow(folder) {
      const names = folder.split('/');
      for (const [index, name] of names.entries()) {
        const expected = firstFolders[index];
        if (expected === undefined) return true;
        if (typeof expected === 'string' ? expected !== name : !expected.test(name)) return false;
      }
      return true;
    },
  };
}
