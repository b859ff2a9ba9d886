import { type FSWatcher, type StatsListener, unwatchFile, watch, watchFile } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';

/** Between two looks for the file where the system refuses to watch its folder. Milliseconds. */
const lookEvery = 1_000;

/**
 * Calls back, maybe more than once, after one file appeared or changed; never keeps the process from ending.
 * Every run waits for one such file that hardly ever comes: Node's own watch costs it no library to load and one
 * watch, however many files lie beside.
 */
export function watchForFile(path: string, onSeen: () => void): Disposable {
  const onLook: StatsListener = () => onSeen();
  let disposed = false;
  const poll = () => {
    if (!disposed) watchFile(path, { persistent: false, interval: lookEvery }, onLook);
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
      if (name === basename(path)) onSeen();
    });
    watcher.once('error', poll);
  } catch {
    poll();
  }
  return {
    dispose() {
      disposed = true;
      watcher?.close();
      unwatchFile(path, onLook);
    },
  };
}
