import { asText, isObject, parseJson } from './readers/jsonValue.ts';

/** What `go test` prints of its own accord only with -v. */
const chatter = /^\s*(?:=== (?:RUN|PAUSE|CONT|NAME)|--- (?:PASS|SKIP):)|^PASS\n$/;

/**
 * The text in a line of `go test -json`, with its line break, or nothing; a line which is no event comes back with
 * one. What tests print is shown as it comes, even of those that pass.
 */
export function formatGoTestLine(line: string, verbose: boolean): string {
  const event = line.startsWith('{') ? parseJson(line) : undefined;
  if (!isObject(event) || typeof event.Action !== 'string') return `${line}\n`;
  const output = asText(event.Output);
  return !verbose && chatter.test(output) ? '' : output;
}
