/** Texts that YAML, of whatever version, reads as nothing but these texts. */
const plain = /^-{0,2}[A-Za-z_./][\w./@+-]*(?:[ :][\w./@+-]+)*$/;
const reserved = /^(?:true|false|yes|no|on|off|y|n|null|~|-{0,2}\.(?:inf|nan|\d.*))$/i;

/** A text as a YAML scalar, quoted only where it must be. */
export function writeValue(text: string): string {
  if (plain.test(text) && !reserved.test(text)) return text;
  // JSON leaves characters in that YAML does not print.
  return JSON.stringify(text).replace(
    /[\x7f-\x9f\u2028\u2029\uFEFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function writeKey(text: string): string {
  return writeValue(text);
}

/** A flow sequence: `[npm, test]`. */
export function writeList(texts: readonly string[]): string {
  return `[${texts.map(writeValue).join(', ')}]`;
}

/** Names of files may hold anything, line breaks too; a comment ends at one. */
export function commentText(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');
}
