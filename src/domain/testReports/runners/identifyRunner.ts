import type { TestRunner } from '../testRunner.ts';
import { isAssignment, programName } from './commandWords.ts';

/** A test runner in a simple command. */
export interface RunnerCall {
  readonly runner: TestRunner;
  /** From the runner's name on; for Python and Node.js modules from the module's name on. */
  readonly words: readonly string[];
  /** Where these words start in the simple command. */
  readonly start: number;
}

/** Programs that run the program named after them, and the words of theirs that may stand between. */
const wrappers: Readonly<Record<string, readonly string[]>> = {
  env: [],
  'cross-env': [],
  npx: [],
  bunx: [],
  npm: ['exec', 'x'],
  pnpm: ['exec', 'dlx'],
  yarn: ['run', 'exec', 'dlx'],
  c8: [],
  nyc: [],
  time: [],
  'xvfb-run': [],
  dotenv: [],
  coverage: ['run'],
  uv: ['run'],
  poetry: ['run'],
  pipenv: ['run'],
  pdm: ['run'],
  hatch: ['run'],
  rye: ['run'],
};

const scriptRunners: Readonly<Record<string, TestRunner>> = {
  vitest: 'vitest',
  jest: 'jest',
  mocha: 'mocha',
  _mocha: 'mocha',
};

/** Finds the runner a simple command starts; nothing when it is none that is known or does something else. */
export function identifyRunner(command: readonly string[]): RunnerCall | undefined {
  let start = 0;
  for (;;) {
    const word = command[start];
    if (word === undefined) return undefined;
    if (isAssignment(word)) start++;
    else {
      const inside = Object.hasOwn(wrappers, programName(word)) ? skipWrapper(command, start) : undefined;
      if (inside === undefined) break;
      start = inside;
    }
  }
  return identifyProgram(command, start);
}

/** Where the wrapped program starts. Options with a separate value are not known, so what follows them is not. */
function skipWrapper(command: readonly string[], wrapper: number): number | undefined {
  const between = wrappers[programName(command[wrapper] ?? '')] ?? [];
  for (let index = wrapper + 1; index < command.length; index++) {
    const word = command[index] ?? '';
    if (word === '-m') return index;
    if (word.startsWith('-') || isAssignment(word) || between.includes(word)) continue;
    return index;
  }
  return undefined;
}

function identifyProgram(command: readonly string[], start: number): RunnerCall | undefined {
  const words = command.slice(start);
  const [first = '', second = ''] = words;
  const name = programName(first);
  const call = (runner: TestRunner, offset = 0): RunnerCall => ({
    runner,
    words: words.slice(offset),
    start: start + offset,
  });
  const script = scriptRunners[name];
  if (script !== undefined) return isOtherCommand(second) ? undefined : call(script);
  if (name === 'node' || name === 'tsx') return identifyNode(words, call);
  if (name === 'pytest' || name === 'py.test') return call('pytest');
  if (name === '-m' || /^(?:python|pypy)[\d.]*$|^py$/.test(name)) return identifyPython(words, call);
  if (name === 'manage.py' && second === 'test') return call('unittest');
  if (name === 'go' && second === 'test') return call('go');
  if (name === 'gotestsum') return call('gotestsum');
  if (name === 'cargo') return ['test', 't'].includes(cargoVerb(words)) ? call('cargo') : undefined;
  if (name === 'mvn' || name === 'mvnw' || name === 'mvnd') return call('maven');
  return name === 'gradle' || name === 'gradlew' ? call('gradle') : undefined;
}

type Call = (runner: TestRunner, offset?: number) => RunnerCall;

/** Subcommands of vitest that run no tests. */
function isOtherCommand(word: string): boolean {
  return ['bench', 'init', 'list'].includes(word);
}

function identifyNode(words: readonly string[], call: Call): RunnerCall | undefined {
  if (hasTestFlag(words)) return call('node');
  const script = words.findIndex((word) => scriptRunners[programName(word)] !== undefined);
  const runner = scriptRunners[programName(words[script] ?? '')];
  const before = words.slice(1, Math.max(1, script));
  return runner !== undefined && before.every((word) => word.startsWith('-'))
    ? call(runner, script)
    : undefined;
}

/** Options of Node.js whose value is a word of its own. */
const valueOptions = new Set([
  '--import',
  '--require',
  '-r',
  '--loader',
  '--experimental-loader',
  '-C',
  '--conditions',
]);

/** Whether `--test` is an option of Node.js, and not of the script it runs. */
function hasTestFlag(words: readonly string[]): boolean {
  for (let index = 1; words[index]?.startsWith('-') === true; index++) {
    if (words[index] === '--test') return true;
    if (valueOptions.has(words[index] ?? '')) index++;
  }
  return false;
}

function identifyPython(words: readonly string[], call: Call): RunnerCall | undefined {
  const flag = words.indexOf('-m');
  const module = flag < 0 ? undefined : words[flag + 1];
  if (module === 'pytest' || module === 'unittest') return call(module, flag + 1);
  if (module === 'coverage') return undefined;
  const script = words.findIndex((word) => programName(word) === 'manage.py');
  return script > 0 && words[script + 1] === 'test' ? call('unittest', script) : undefined;
}

function cargoVerb(words: readonly string[]): string {
  return words.slice(1).find((word) => !word.startsWith('+') && !word.startsWith('-')) ?? '';
}
