import { readFileSync } from 'node:fs';
import { getCompileCacheDir } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { exitCodes } from '../exitCodes.ts';
import { findKeptCode, keepCode } from './keptCode.ts';

type Exports = Record<string, unknown>;

/** What a script's text is: a function that says what it exports, given what a module has. */
type Body = (
  module: { readonly exports: Exports },
  exports: Exports,
  require: (name: string) => unknown,
  importBeside: (name: string) => Promise<unknown>,
  url: string,
  folder: string,
) => void;

const loaded = new Map<string, { exports: Exports }>();

/**
 * Milliseconds that a short process takes. What a longer one calls of the scripts that every process loads, it has the
 * time to compile, and a short one would load it for nothing; scripts that only longer ones load are kept at the end.
 */
const shortProcess = 200;

/**
 * One run does all the work, another finds everything unchanged: after a few processes, what either calls is kept.
 * Keeping takes longer than it saves one process.
 */
const timesKept = 4;

/**
 * Runs a script of the bundle, once per process, and gives what it exports. Node's own compile cache keeps code as it
 * is when a module is loaded, when most functions are not compiled; a short command spends a fifth of its time on
 * compiling the same ones again. Here it is kept as it is when the process ends or proves a longer one, with all that
 * was called, in the folder of Node's cache; where that is switched off, nothing is kept.
 * @param file absolute path; the name changes with the text, which is ASCII
 */
export function loadScript(file: string): Exports {
  const known = loaded.get(file);
  if (known) return known.exports;
  const module: { exports: Exports } = { exports: {} };
  loaded.set(file, module);
  const body = compile(file).runInThisContext() as Body;
  const folder = dirname(file);
  const { href } = pathToFileURL(file);
  const requireBeside = (name: string): unknown =>
    name.startsWith('./') ? loadScript(join(folder, name)) : process.getBuiltinModule(name);
  const importBeside = (name: string): Promise<unknown> => import(new URL(name, href).href);
  body(module, module.exports, requireBeside, importBeside, href, folder);
  return module.exports;
}

function compile(file: string): Script {
  const source = readFileSync(file, 'latin1');
  const folder = getCompileCacheDir();
  const kept = folder === undefined ? undefined : findKeptCode(folder, file, commandOf(process.argv));
  const script = new Script(source, { filename: file, cachedData: kept?.code });
  const times = kept && !script.cachedDataRejected ? kept.times : 0;
  if (kept && times < timesKept) keepLater(() => keepCode({ ...kept, times }, script.createCachedData()));
  return script;
}

function keepLater(keep: () => void): void {
  const onExit = (code: number): void => {
    // A command that there is not would have files of its own.
    if (code !== exitCodes.usage) keep();
  };
  process.once('exit', onExit);
  const left = shortProcess - performance.now();
  if (left < 0) return;
  const keepNow = (): void => {
    process.off('exit', onExit);
    keep();
  };
  setTimeout(keepNow, left).unref();
}

/** The first word, where it is one: `run`; options of `towline` itself count as one command. */
function commandOf([, , word = '']: readonly string[]): string {
  return /^[a-z]+$/.test(word) ? word : 'options';
}
