/**
 * The two sides of a unified diff's hunks, for an editor that compares texts itself. What is between two hunks is equal
 * and left out; a line says so on both sides.
 */
export function splitHunks(text: string): { readonly before: string; readonly after: string } {
  const before: string[] = [];
  const after: string[] = [];
  for (const line of text.split('\n')) {
    const rest = line.slice(1);
    if (line.startsWith('@@')) {
      if (before.length + after.length === 0) continue;
      before.push('# …');
      after.push('# …');
    } else if (line.startsWith('-')) before.push(rest);
    else if (line.startsWith('+')) after.push(rest);
    else if (line.startsWith(' ')) {
      before.push(rest);
      after.push(rest);
    }
  }
  return { before: ended(before), after: ended(after) };
}

function ended(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
