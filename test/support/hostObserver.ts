import childProcess from 'node:child_process';
import fs from 'node:fs';
import { registerHooks, syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What code below a folder did while it was observed. */
export interface Observation {
  /** Modules of the folder that were loaded, with their bytes. */
  readonly loaded: ReadonlyMap<string, number>;
  /** Programs that it started. */
  readonly started: readonly string[];
  /** Paths that it opened, read or listed without waiting for an answer. */
  readonly read: readonly string[];
}

/** Observes an action of this process; other code in it is told apart by its call stack. */
export async function observe(folder: string, action: () => Promise<unknown>): Promise<Observation> {
  const loaded = new Map<string, number>();
  const started: string[] = [];
  const read: string[] = [];
  const inside = () => new Error().stack?.includes(folder) === true;
  const hooks = registerHooks({
    load(url, context, next) {
      if (url.startsWith('file:')) {
        const file = fileURLToPath(url);
        if (file.startsWith(folder)) loaded.set(file, fs.statSync(file).size);
      }
      return next(url, context);
    },
  });
  const restore = [
    ...(['spawn', 'spawnSync', 'execFile', 'execFileSync', 'exec', 'fork'] as const).map((name) =>
      watch(childProcess, name, (program) => inside() && started.push(String(program))),
    ),
    ...(['openSync', 'readFileSync', 'readdirSync', 'readFile', 'readdir', 'open'] as const).map((name) =>
      watch(fs, name, (path) => inside() && read.push(String(path))),
    ),
  ];
  syncBuiltinESMExports();
  try {
    await action();
  } finally {
    hooks.deregister();
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
  return { loaded, started, read };
}

function watch(module: object, name: string, see: (first: unknown) => void): () => void {
  const original = Reflect.get(module, name) as (...args: unknown[]) => unknown;
  const watched = function (this: unknown, ...args: unknown[]): unknown {
    see(args[0]);
    return original.apply(this, args);
  };
  Object.assign(watched, original);
  Reflect.set(module, name, watched);
  return () => void Reflect.set(module, name, original);
}
