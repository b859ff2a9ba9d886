import { rmSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { lockFileOf } from './gitFailure.ts';

/** Refs below this are Towline's own; nobody else writes them. */
export const ownRefs = 'refs/towline/';

/** Milliseconds. Git holds a ref's lock for a few of them; one this old was left by a killed process. */
const staleAge = 5000;

/**
 * Runs a change of refs; when it meets the lock of one of our own refs, waits until the lock is stale, removes
 * it and runs the change once more. Any other lock belongs to somebody: `git-locked`.
 */
export async function withStaleLockRemoved<T>(
  commonFolder: string,
  signal: AbortSignal,
  change: () => Promise<T>,
): Promise<T> {
  try {
    return await change();
  } catch (error) {
    const lock = TowlineError.is(error, 'git-locked') ? ownLock(commonFolder, error.failure.why) : undefined;
    if (lock === undefined || !(await removeWhenStale(lock, signal))) throw error;
    return await change();
  }
}

/** Absolute path of the lock that git named first, when it is one of ours. */
function ownLock(commonFolder: string, why: string): string | undefined {
  const named = why.split('\n', 1)[0] ?? lockFileOf(why) ?? '';
  const marker = `/${ownRefs}`;
  const start = named.replaceAll('\\', '/').lastIndexOf(marker);
  if (start < 0 || !named.endsWith('.lock')) return undefined;
  const lock = join(commonFolder, named.slice(start + 1));
  const inside = relative(join(commonFolder, ownRefs), lock);
  return inside.split(sep).includes('..') ? undefined : lock;
}

/** True when the lock is gone. False when another process took it meanwhile. */
async function removeWhenStale(lock: string, signal: AbortSignal): Promise<boolean> {
  const seen = identityOf(lock);
  if (!seen) return true;
  const age = Math.max(0, Date.now() - seen.changedAt);
  if (age < staleAge) await wait(staleAge - age, undefined, { signal });
  const now = identityOf(lock);
  if (!now) return true;
  if (now.inode !== seen.inode || now.changedAt !== seen.changedAt) return false;
  rmSync(lock, { force: true });
  return true;
}

function identityOf(lock: string): { readonly inode: bigint; readonly changedAt: number } | undefined {
  const status = statSync(lock, { bigint: true, throwIfNoEntry: false });
  return status && { inode: status.ino, changedAt: Number(status.mtimeMs) };
}
