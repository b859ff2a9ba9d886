import { type FSWatcher, type StatsListener, unwatchFile, watch, watchFile } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Disposable } from '../../base/disposable.ts';

/** Between two looks for the file where the system refuses to watch its folder. Milliseconds. */
const lookEvery = 1_000;

/** Until the watch begins: a run that finds nothing changed has ended by then. Milliseconds. */
const beginAfter = 100;

/**
 * Calls back, maybe more than once, after one file appeared or changed, and once when the watch has begun, for what
 * came before; never keeps the process from ending. Every run waits for one such file that hardly ever comes: Node's
 * own watch costs it no library to load and one watch, however many files lie beside.
 */
export function watchForFile(path: string, onSeen: () => void): Disposable {
  const onLook: StatsListener = () => onSeen();
  let disposed = false;
  const poll = () => {
    if (!disposed) watchFile(path, { persistent: false, interval: lookEvery }, onLook);
  };
  let watcher: FSWatcher | undefined;
  const begin = () => {
    try {
      watcher = watch(dirname(path), { persistent: false }, (_event, name) => {
        if (name === basename(path)) onSeen();
      });
      watcher.once('error', poll);
    } catch {
      poll();
    }
    onSeen();
  };
  const beginning = setTimeout(begin, beginAfter).unref();
  return {
    dispose() {
      disposed = true;
      clearTimeout(beginning);
      watcher?.close();
      unwatchFile(path, onLook);
    },
  };
}
