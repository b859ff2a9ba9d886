import parse from 'shell-quote/parse.js';

/** A package script or shell line, taken apart. */
export interface Script {
  /** Words of each simple command, in order. */
  readonly commands: readonly (readonly string[])[];
  /** Whether words added to the end of the text become arguments of the last command. */
  readonly appendable: boolean;
}

const harmlessOperators = new Set(['&&', ';']);

/** Takes a script apart as a POSIX shell would; variables become empty words. */
export function splitScript(text: string): Script {
  const commands: string[][] = [[]];
  let appendable = !/[\r\n]/.test(text);
  for (const entry of parse(text)) {
    if (typeof entry === 'string') commands.at(-1)?.push(entry);
    else if ('pattern' in entry) commands.at(-1)?.push(entry.pattern);
    else {
      if ('comment' in entry || !harmlessOperators.has(entry.op)) appendable = false;
      commands.push([]);
    }
  }
  return {
    commands: commands.filter((words) => words.length > 0),
    appendable: appendable && commands.at(-1)?.length !== 0,
  };
}
