/** How a scalar is quoted. */
export type QuoteStyle = 'plain' | 'single' | 'double';

/** What some YAML 1.1 or 1.2 reader takes for null or a truth value. */
const keyword = /^(?:~|null|true|false|yes|no|on|off|y|n|\.nan|[-+]?\.inf)$/i;
/** Integers and floats of YAML 1.1 and 1.2 in every base, and dates. */
const number =
  /^[-+]?(?:0b[01_]+|0o[0-7_]+|0x[0-9a-f_]+|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9_]+)(?:e[-+]?[0-9]+)?)$/i;
const date = /^\d{4}-\d{1,2}-\d{1,2}/;

/** Whether every YAML reader takes the text for a string when it is written without quotes. */
export function isPlainString(text: string): boolean {
  const hasSafeCharacters = /^[A-Za-z0-9_.][A-Za-z0-9._\-/@+]*(?::[A-Za-z0-9._\-/@+]+)*$/.test(text);
  return hasSafeCharacters && !keyword.test(text) && !number.test(text) && !date.test(text);
}

/** A tag, digest or image as a YAML scalar; in double quotes when it would not be a string without any. */
export function writeScalar(text: string, style: QuoteStyle): string {
  if (style === 'single') return `'${text}'`;
  return style === 'double' || !isPlainString(text) ? `"${text}"` : text;
}
