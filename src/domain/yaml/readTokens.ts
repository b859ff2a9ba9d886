import { type CST, Lexer, type LineCounter, Parser } from 'yaml';

/** What a text may cost before anything is composed from it. */
export const yamlLimits = {
  /** UTF-16 units. */
  size: 2 * 1024 * 1024,
  /** Lexical tokens; about eight a line in ordinary manifests. */
  tokens: 400_000,
  /** Collections within collections, of block and flow style together. */
  depth: 128,
  /** Syntax errors that are read before the rest is left alone. */
  errors: 20,
  /** Aliases in one file. */
  aliases: 1_000,
  /** Nodes that a document's aliases stand for, once written out. */
  aliasedNodes: 100_000,
} as const;

export type TokenReading =
  | { readonly kind: 'tokens'; readonly tokens: readonly CST.Token[] }
  | { readonly kind: 'refused'; readonly offset: number; readonly message: string };

/**
 * Reads concrete syntax with an iterative parser and stops at the first limit that is passed. Composing
 * deeply nested tokens is what exhausts the stack of yaml 2.9 and, at the second time in one process,
 * aborts that process; nothing can catch that, so it must not be reached.
 */
export function readTokens(text: string, lines: LineCounter): TokenReading {
  if (text.length > yamlLimits.size) {
    return refused(0, `has ${text.length} characters; at most ${yamlLimits.size} are read`);
  }
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  let errors = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++lexemes > yamlLimits.tokens) {
      return refused(parser.offset, `has more than ${yamlLimits.tokens} tokens`);
    }
    for (const token of parser.next(lexeme)) {
      tokens.push(token);
      if (token.type === 'error' && ++errors >= yamlLimits.errors) return { kind: 'tokens', tokens };
    }
    if (parser.stack.length > yamlLimits.depth) {
      return refused(parser.offset, `is nested deeper than ${yamlLimits.depth} levels`);
    }
  }
  tokens.push(...parser.end());
  return { kind: 'tokens', tokens };
}

function refused(offset: number, message: string): TokenReading {
  return { kind: 'refused', offset, message };
}
