import { join } from 'node:path';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { Workspace } from '../../domain/workspace/workspace.ts';
import { settledAfter } from '../keys/fingerprints.ts';
import { hashText } from '../keys/hashText.ts';
import type { Files } from '../ports/files.ts';
import type { RecordStore } from '../ports/journalStore.ts';

interface Remembered {
  /** Towline's version, the folder, its name and the list of files: what finding starts from; of long ones a hash. */
  readonly start: string;
  /** Every file that was read, with its stamp; '' where there was none. */
  readonly read: readonly (readonly [RepoPath, string])[];
  readonly workspace: Workspace;
}

/** Characters up to which what finding starts from is kept as it is. */
const longestKept = 4096;

/**
 * What is found in a folder, without finding it again while the list of files is the same and every file that
 * was read for it is untouched.
 */
export async function rememberedWorkspace(
  place: {
    readonly folder: string;
    /** What images are named after that nobody names. */
    readonly name: string;
    readonly paths: readonly RepoPath[];
    readonly version: string;
    readonly record: string;
  },
  files: Files,
  records: RecordStore,
  now: number,
): Promise<Workspace> {
  const { folder, name, paths } = place;
  const whole = [place.version, folder, name, ...paths].join('\0');
  // Hashing a short text takes longer than reading it.
  const start = whole.length <= longestKept ? whole : hashText(whole);
  const stampOf = (path: RepoPath): string => files.status(join(folder, path))?.stamp ?? '';

  const known = parse(records.read(place.record));
  if (known?.start === start && known.read.every(([path, stamp]) => stampOf(path) === stamp))
    return known.workspace;

  const read = new Map<RepoPath, string>();
  let settled = true;
  const readText = (path: RepoPath): string | undefined => {
    const status = files.status(join(folder, path));
    read.set(path, status?.stamp ?? '');
    // A link's own stamp says nothing of the file behind it.
    if (status?.kind === 'symlink' || (status && now - status.changedAt <= settledAfter)) settled = false;
    return files.readText(join(folder, path));
  };
  // Finding needs a YAML parser and more, which is worth loading only when there is something to find.
  const { loadWorkspace } = await import('../../domain/config/loadWorkspace.ts');
  const workspace = loadWorkspace(paths, readText, name);
  if (settled)
    await records.write(
      place.record,
      JSON.stringify({ start, read: [...read], workspace } satisfies Remembered),
    );
  return workspace;
}

function parse(text: string | undefined): Remembered | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Remembered;
  } catch {
    return undefined;
  }
}
