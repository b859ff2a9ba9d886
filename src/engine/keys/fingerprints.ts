import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { Files } from '../ports/files.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { Look } from './look.ts';

/**
 * A file whose content changed within this time before it was hashed is hashed again next time: the file
 * system's clock may be too coarse to show a second change (FAT: 2 s, others: milliseconds).
 */
export const settledAfter = 2_000;

/** Files looked at before the event loop gets a turn. */
const sliceSize = 500;

const recordName = 'fingerprints';

interface Remembered {
  readonly stamp: string;
  readonly hash: string;
}

/** Content hashes of the repository's files, remembered by (inode, size, both times) across runs. */
export interface Fingerprints {
  /**
   * `<mode> <sha256>` by path; `link <target>` for symbolic links; files that are gone are left out.
   * Throws `context-unreadable`, and `inputs-changed` for a file that is being written.
   */
  of(paths: Iterable<RepoPath>, look: Look, signal: AbortSignal): Promise<ReadonlyMap<RepoPath, string>>;
  /** Keeps what was learnt for the next process. */
  save(): Promise<void>;
}

export function createFingerprints(
  folder: string,
  files: Files,
  records: RecordStore,
  now: () => number,
): Fingerprints {
  let remembered: Map<RepoPath, Remembered> | undefined;
  let learnt = false;
  /** Undefined where there is no file. */
  const seen = new Map<RepoPath, string | undefined>();

  async function fingerprint(
    path: RepoPath,
    known: Map<RepoPath, Remembered>,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const absolute = join(folder, path);
    const status = files.status(absolute);
    if (!status || status.kind === 'folder') return undefined;
    if (status.kind === 'symlink') return `link ${files.readLink(absolute) ?? ''}`;
    if (status.kind === 'other') return 'special';
    const mode = status.mode.toString(8);
    const entry = known.get(path);
    if (entry?.stamp === status.stamp) return `${mode} ${entry.hash}`;
    const hash = await files.hash(absolute, signal);
    const after = files.status(absolute);
    if (after?.stamp !== status.stamp) {
      throw new TowlineError('inputs-changed', { why: `${path} changed while it was read.` });
    }
    if (now() - status.changedAt > settledAfter) {
      known.set(path, { stamp: status.stamp, hash });
      learnt = true;
    }
    return `${mode} ${hash}`;
  }

  return {
    async of(paths, look, signal) {
      remembered ??= parseRemembered(records.read(recordName));
      const result = new Map<RepoPath, string>();
      let looked = 0;
      for (const path of paths) {
        const isKnown = look === 'known' && seen.has(path);
        if (!isKnown) seen.set(path, await fingerprint(path, remembered, signal));
        const value = seen.get(path);
        if (value !== undefined) result.set(path, value);
        looked += 1;
        if (looked % sliceSize === 0) {
          await new Promise(setImmediate);
          signal.throwIfAborted();
        }
      }
      return result;
    },
    async save() {
      if (!learnt || !remembered) return;
      learnt = false;
      await records.write(recordName, printRemembered(remembered));
    },
  };
}

/** `stamp hash path` per line; a path with a line break is simply not remembered. */
function printRemembered(remembered: ReadonlyMap<RepoPath, Remembered>): string {
  let text = '';
  for (const [path, { stamp, hash }] of remembered) {
    if (!path.includes('\n')) text += `${stamp} ${hash} ${path}\n`;
  }
  return text;
}

function parseRemembered(text: string | undefined): Map<RepoPath, Remembered> {
  const remembered = new Map<RepoPath, Remembered>();
  if (!text) return remembered;
  let start = 0;
  for (let end = text.indexOf('\n'); end >= 0; start = end + 1, end = text.indexOf('\n', start)) {
    const hashAt = text.indexOf(' ', start) + 1;
    const pathAt = text.indexOf(' ', hashAt) + 1;
    remembered.set(text.slice(pathAt, end), {
      stamp: text.slice(start, hashAt - 1),
      hash: text.slice(hashAt, pathAt - 1),
    });
  }
  return remembered;
}
