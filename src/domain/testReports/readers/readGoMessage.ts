/** What a Go test said, without the runner's marks, the position before it and the stacks of goroutines after it. */
export function readGoMessage(output: string): string {
  const stack = output.search(/^goroutine \d+ \[/m);
  return output
    .slice(0, stack < 0 ? undefined : stack)
    .replace(/^[ \t]*(?:===|---) .*\n?/gm, '')
    .replace(/^ {4}/gm, '')
    .replace(/^\S+\.go:\d+: /, '');
}
