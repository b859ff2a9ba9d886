/** Whether two versions of a text have the same lines up to this one, counted from 1; line ends do not matter. */
export function isSameUpTo(line: number, one: string, other: string): boolean {
  const [lines, others] = [one, other].map((text) => text.replace(/^\uFEFF/, '').split(/\r?\n/, line));
  return lines?.length === line && lines.every((each, index) => each === others?.[index]);
}
