import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { NewFile } from '../../engine/ports/files.ts';
import { unwritable } from './fileFailure.ts';

/** Files written before others get a turn: each call takes microseconds, and a turn about as long. */
const perTurn = 200;

/** See `Files.writeTree`. */
export async function writeTree(
  folder: string,
  files: readonly NewFile[],
  signal: AbortSignal,
): Promise<void> {
  const isLink = ({ content }: NewFile) => 'link' in content;
  const ordered = [...files.filter((file) => !isLink(file)), ...files.filter(isLink)];
  const made = new Set<string>();
  for (const [index, { path, content }] of ordered.entries()) {
    if (index % perTurn === perTurn - 1) await setImmediate();
    signal.throwIfAborted();
    const target = locate(folder, path);
    try {
      const parent = dirname(target);
      if (!made.has(parent)) mkdirSync(parent, { recursive: true, mode: 0o700 });
      made.add(parent);
      if ('link' in content) symlinkSync(content.link, target);
      else writeFileSync(target, content, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      throw unwritable(target, error);
    }
  }
}

function locate(folder: string, path: string): string {
  const isInside = path.split('/').every((segment) => segment !== '' && segment !== '.' && segment !== '..');
  const isForeign = process.platform === 'win32' && /[\\:]/.test(path);
  if (!isInside || isForeign || path.includes('\0'))
    throw unwritable(join(folder, path), new Error('this path leaves its folder'));
  return join(folder, ...path.split('/'));
}
