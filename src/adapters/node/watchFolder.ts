import { type FSWatcher, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';
import { listNames } from './runFiles.ts';

/** Between two looks at a folder that the system refuses to watch. Milliseconds. */
const lookEvery = 1_000;

export interface WatchOptions {
  /** Whether watching alone keeps this process from ending. */
  readonly keepsAlive: boolean;
}

function readSizes(folder: string): ReadonlyMap<string, number> {
  const sizeOf = (name: string) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? -1;
  return new Map(listNames(folder).map((name) => [name, sizeOf(name)]));
}

function pollFolder(
  folder: string,
  onChange: (name: string) => void,
  { keepsAlive }: WatchOptions,
): Disposable {
  let before = readSizes(folder);
  const timer = setInterval(() => {
    const now = readSizes(folder);
    for (const [name, size] of now) if (before.get(name) !== size) onChange(name);
    for (const name of before.keys()) if (!now.has(name)) onChange(name);
    before = now;
  }, lookEvery);
  if (!keepsAlive) timer.unref();
  return { dispose: () => clearInterval(timer) };
}

/**
 * Calls back with the names of files of one folder that changed, appeared or went. Looks every second instead
 * where the system has no watches left (Linux limits them per user) or cannot watch that file system.
 */
export function watchFolder(
  folder: string,
  onChange: (name: string) => void,
  options: WatchOptions,
): Disposable {
  let polling: Disposable | undefined;
  let disposed = false;
  const poll = () => {
    if (!disposed) polling ??= pollFolder(folder, onChange, options);
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(folder, { persistent: options.keepsAlive }, (_event, name) => {
      if (name !== null && !disposed) onChange(name);
    });
    watcher.on('error', poll);
  } catch {
    poll();
  }
  return {
    dispose() {
      disposed = true;
      watcher?.close();
      polling?.dispose();
    },
  };
}
