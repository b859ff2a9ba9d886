import { closeSync, existsSync, ftruncateSync, openSync, rmSync } from 'node:fs';
import type { Disposable } from '../../base/disposable.ts';
import type { OwnedRun } from '../../engine/ports/journalStore.ts';
import type { AppendOnlyFile } from './appendOnlyFile.ts';
import { unwritable } from './fileFailure.ts';
import type { Lock } from './lockFile.ts';
import type { RunFiles } from './runFiles.ts';
import { watchForFile } from './watchForFile.ts';
import { writeEveryByte } from './writeWhole.ts';

interface OpenLog {
  readonly descriptor: number;
  size: number;
}

/** The logs of one run, opened when first written to. */
function createLogs(pathOf: (log: string) => string) {
  const open = new Map<string, OpenLog>();
  return {
    append(log: string, text: string): number {
      const path = pathOf(log);
      try {
        const file = open.get(log) ?? { descriptor: openSync(path, 'wx'), size: 0 };
        open.set(log, file);
        const bytes = Buffer.from(text, 'utf8');
        try {
          writeEveryByte(file.descriptor, bytes, file.size);
        } catch (error) {
          ftruncateSync(file.descriptor, file.size);
          throw error;
        }
        file.size += bytes.length;
        return file.size;
      } catch (error) {
        throw unwritable(path, error);
      }
    },
    close(): void {
      for (const { descriptor } of open.values()) closeSync(descriptor);
      open.clear();
    },
  };
}

/** A run whose number, lock and journal were just made. */
export function createOwnedRun(
  number: number,
  files: RunFiles,
  journal: AppendOnlyFile,
  lock: Lock,
): OwnedRun {
  const logs = createLogs((log) => files.log(number, log));
  const watches = new Set<Disposable>();
  const cancelFile = files.cancel(number);
  let closed: Promise<void> | undefined;

  function onCancelRequested(listener: () => void): Disposable {
    let told = false;
    const look = (): void => {
      if (told || !existsSync(cancelFile)) return;
      told = true;
      watch.dispose();
      listener();
    };
    const watch = watchForFile(cancelFile, look);
    watches.add(watch);
    return {
      dispose() {
        told = true;
        watch.dispose();
      },
    };
  }

  async function close(): Promise<void> {
    for (const watch of watches) watch.dispose();
    logs.close();
    await journal.close();
    rmSync(cancelFile, { force: true });
    rmSync(files.work(number), { recursive: true, force: true });
    lock.release();
  }

  return {
    number,
    append: async (bytes) => {
      await journal.append(bytes);
    },
    appendLog: async (log, text) => logs.append(log, text),
    onCancelRequested,
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}
