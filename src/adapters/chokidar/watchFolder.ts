import { basename } from 'node:path';
import type { FSWatcher } from 'chokidar';
import { deferred } from '../../base/deferred.ts';
import type { Disposable } from '../../base/disposable.ts';

/**
 * The library tells the first of changes to one file that follow each other within 50 ms (100 ms for removals)
 * and drops the others. What it told is told again when both have passed. Milliseconds.
 */
const tellAgainAfter = 150;

/** Between two looks at a folder that the system refuses to watch. Milliseconds. */
const lookEvery = 1_000;

/**
 * A watcher that is closed while it takes up a file or looks at the folder leaves a watch behind for ever, or a
 * timer for a second; either keeps the process from ending. Milliseconds.
 */
const closeAfter = 50;

/** Ends a watcher once it has done what it is at. */
function end(watcher: FSWatcher): void {
  setTimeout(() => {
    watcher.close().catch(() => undefined);
    // It may still report what it fails at, and nobody listens any more.
    watcher.on('error', () => undefined);
  }, closeAfter);
}

/**
 * Calls back with the names of files directly in one folder that changed, appeared or went, at least once after
 * the last change to each; resolves when nothing is missed any more. Looks every second instead where the system
 * has no watches left (Linux limits them per user) or cannot watch that file system. Keeps the process alive.
 */
export async function watchFolder(folder: string, onChange: (name: string) => void): Promise<Disposable> {
  const { watch } = await import('chokidar');
  const ready = deferred<void>();
  const again = new Map<string, NodeJS.Timeout>();
  let disposed = false;

  function tell(name: string): void {
    again.delete(name);
    if (!disposed) onChange(name);
  }

  function begin(usePolling: boolean): FSWatcher {
    const begun = watch(folder, {
      ...{ depth: 0, atomic: false, usePolling, interval: lookEvery },
      // What changed between watching and polling is found by telling everything once.
      ignoreInitial: !usePolling,
    });
    begun.once('ready', () => ready.resolve());
    begun.on('all', (_event, path) => {
      const name = basename(path);
      clearTimeout(again.get(name));
      tell(name);
      if (!disposed) again.set(name, setTimeout(tell, tellAgainAfter, name));
    });
    begun.on('error', () => {
      if (usePolling || disposed || watcher !== begun) return;
      end(begun);
      watcher = begin(true);
    });
    return begun;
  }

  let watcher = begin(false);
  await ready.promise;
  return {
    dispose() {
      disposed = true;
      for (const timer of again.values()) clearTimeout(timer);
      again.clear();
      end(watcher);
    },
  };
}
