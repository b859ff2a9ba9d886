import { programName } from './commandWords.ts';
import { splitScript } from './splitScript.ts';

/** How something can be added to a simple command. */
export type Reach =
  /** It is the test command itself. */
  | { readonly kind: 'direct' }
  /** Words added to the end of the test command, after the separator, reach its end. */
  | { readonly kind: 'append'; readonly separator: readonly string[] }
  /** Only its environment can be set. */
  | { readonly kind: 'none' };

/** A simple command that a test command ends up running. */
export interface SimpleCommand {
  readonly words: readonly string[];
  readonly reach: Reach;
}

export type Scripts = Readonly<Record<string, string>>;

interface ScriptCall {
  readonly name: string;
  /** Words the user passes on to it. */
  readonly passed: readonly string[];
  /** What stands between the user's words and ours so that ours reach the script. */
  readonly separator: readonly string[];
}

const deepest = 8;

/** What a command runs, followed through package scripts and `sh -c`; empty where that cannot be told. */
export function expandCommand(
  words: readonly string[],
  scripts: Scripts,
  depth = 0,
): readonly SimpleCommand[] {
  const program = programName(words[0] ?? '');
  if (depth > deepest) return [];
  if (/^(?:ba|da|z|k)?sh$/.test(program)) return expandShell(words, scripts, depth);
  const call = readScriptCall(program, words, scripts);
  if (call === undefined) return [{ words, reach: { kind: 'direct' } }];
  const text = Object.hasOwn(scripts, call.name) ? scripts[call.name] : undefined;
  if (text === undefined) return [];
  const { commands, appendable } = splitScript(text);
  return commands.flatMap((each, index) => {
    const own = appendable && index === commands.length - 1;
    const inner = expandCommand(own ? [...each, ...call.passed] : each, scripts, depth + 1);
    return inner.map(({ words: found, reach }): SimpleCommand => {
      if (!own || reach.kind !== 'direct') return { words: found, reach: { kind: 'none' } };
      return { words: found, reach: { kind: 'append', separator: call.separator } };
    });
  });
}

function expandShell(words: readonly string[], scripts: Scripts, depth: number): SimpleCommand[] {
  const flag = words.findIndex((word) => /^-[a-z]*c$/.test(word));
  const { commands } = splitScript(flag < 0 ? '' : (words[flag + 1] ?? ''));
  return commands
    .flatMap((each) => expandCommand(each, scripts, depth + 1))
    .map((each) => ({ ...each, reach: { kind: 'none' } }));
}

/** The package script a command names; nothing when it is no such command. */
function readScriptCall(program: string, words: readonly string[], scripts: Scripts): ScriptCall | undefined {
  if (program === 'node') return readNodeRun(words);
  const [verb = '', ...rest] = words.slice(1).filter((word) => word !== '-s' && word !== '--silent');
  const run = verb === 'run' || verb === 'run-script';
  const name = run ? rest.shift() : ['test', 't', 'tst'].includes(verb) ? 'test' : verb;
  if (name === undefined) return undefined;
  // `bun test` is a runner of its own.
  if (program === 'npm' ? run || name === 'test' : program === 'bun' && run)
    return passToScript(name, rest, program);
  const known = program === 'yarn' || program === 'pnpm';
  // These run a package's program too, if there is no such script.
  return known && (Object.hasOwn(scripts, name) || name === 'test')
    ? passToScript(name, rest, program)
    : undefined;
}

function passToScript(name: string, rest: readonly string[], program: string): ScriptCall | undefined {
  if (program !== 'npm') return { name, passed: rest, separator: [] };
  const end = rest.includes('--') ? rest.indexOf('--') : rest.length;
  const own = rest.slice(0, end);
  // npm's own options may name another package or folder.
  if (own.some((word) => word.startsWith('-'))) return undefined;
  return { name, passed: [...own, ...rest.slice(end + 1)], separator: end < rest.length ? [] : ['--'] };
}

function readNodeRun(words: readonly string[]): ScriptCall | undefined {
  const [, run = '', next] = words;
  const name = run === '--run' ? next : /^--run=(.*)$/.exec(run)?.[1];
  if (name === undefined) return undefined;
  const end = words.indexOf('--');
  return { name, passed: end < 0 ? [] : words.slice(end + 1), separator: end < 0 ? ['--'] : [] };
}
