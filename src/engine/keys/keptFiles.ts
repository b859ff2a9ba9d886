import { join, posix } from 'node:path';
import { contains, relativeTo } from '../../domain/workspace/repoPath.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { Files } from '../ports/files.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { settledAfter } from './fingerprints.ts';
import { recordPart } from './recordPart.ts';

/** Milliseconds for which a look at the checkout speaks for its files; a question may keep a run waiting for longer. */
const lookLasts = 10_000;

/** What a step's files came to, and everything that was looked at for it. */
export interface SeenFiles {
  /** Tells one choice of files from another: what of the configuration decides which they are. */
  readonly selection: string;
  readonly digest: string;
  /**
   * Paths whose presence, content or bits made the digest, with those where nothing was; undefined where more than that
   * made it.
   */
  readonly asked: readonly RepoPath[] | undefined;
}

/**
 * Digests over files by step and service (`test api`), kept while nothing changes in the checkout but the content of a
 * few files: then a run lists and looks at no file for its keys, but for those that look into the same folders. With any
 * other change every file is looked at again.
 */
export interface KeptFiles {
  /** What these files come to, where they are known to be as they were. */
  find(place: string, selection: string): string | undefined;
  /** Tells what was seen, for the next time. */
  saw(place: string, seen: SeenFiles): void;
  /**
   * Keeps what was seen, if nothing has changed since. Takes a look at all folders, unless all was found. With
   * `sparing` also unless all the rest looks where files have changed: looking there once more takes less.
   */
  save(signal: AbortSignal, sparing?: 'sparing'): Promise<void>;
}

interface KeptDigest extends Pick<SeenFiles, 'selection' | 'digest'> {
  /** The files of the checkout that were looked at lie directly in these. */
  readonly folders: readonly RepoPath[];
}

interface Kept {
  readonly version: 2;
  /** Name of the working state that it was seen in. */
  readonly state: string;
  /** What was looked at beside the files and folders that Git speaks for, with stamps; '' where nothing was. */
  readonly others: readonly (readonly [RepoPath, string])[];
  readonly digests: Readonly<Record<string, KeptDigest>>;
}

export function createKeptFiles(
  { folder, prefix, state, repository }: OpenWorkspace,
  files: Pick<Files, 'status'>,
  records: RecordStore,
  now: () => number,
): KeptFiles {
  const record = `kept-files/${recordPart(prefix)}`;
  const seen = new Map<string, SeenFiles>();
  const changed = new Set(state.changed.map(folderOf));
  let loaded: Kept | undefined | 'not yet' = 'not yet';

  function load(): Kept | undefined {
    if (loaded === 'not yet') {
      const kept = state.same === undefined ? undefined : parse(records.read(record));
      const holds =
        kept?.version === 2 &&
        kept.state === state.same &&
        kept.others.every(([path, stamp]) => (files.status(join(folder, path))?.stamp ?? '') === stamp);
      loaded = holds ? kept : undefined;
    }
    return loaded;
  }

  /** Whether a file that may have changed lies where this was made from. */
  function isTouched({ folders }: KeptDigest): boolean {
    return changed.size > 0 && folders.some((path) => changed.has(path));
  }

  /** Stamps of paths, none of them changed since the working state was read. */
  function stampAll(paths: Iterable<RepoPath>): readonly (readonly [RepoPath, string])[] | undefined {
    const stamped: (readonly [RepoPath, string])[] = [];
    for (const path of paths) {
      const status = files.status(join(folder, path));
      if (status && status.changedAt > state.readAt - settledAfter) return undefined;
      stamped.push([path, status?.stamp ?? '']);
    }
    return stamped;
  }

  return {
    find(place, selection) {
      if (now() - state.readAt > lookLasts) return undefined;
      const known = load()?.digests[place];
      return known?.selection === selection && !isTouched(known) ? known.digest : undefined;
    },
    saw(place, what) {
      seen.set(place, what);
    },
    async save(signal, sparing) {
      if (seen.size === 0) return;
      const earlier = load();
      const isKnown = (place: string, { selection }: SeenFiles): boolean => {
        const known = earlier?.digests[place];
        return known?.selection === selection && isTouched(known);
      };
      if (sparing && [...seen].every(([place, what]) => isKnown(place, what))) return;
      // A memory that cannot be kept is none the next time.
      const kept = await repository.keepState(state, signal).catch(() => undefined);
      if (!kept) return;
      const known = new Set<RepoPath>(state.files);
      const spoken = new Set(known);
      for (const path of kept.folders) if (contains(prefix, path)) spoken.add(relativeTo(prefix, path));
      const untouched = Object.entries(earlier?.digests ?? {}).filter(([, kept]) => !isTouched(kept));
      const digests: Record<string, KeptDigest> = Object.fromEntries(untouched);
      const others = new Set(earlier?.others.map(([path]) => path));
      for (const [place, { asked, selection, digest }] of seen) {
        if (!asked) continue;
        const folders = new Set(asked.filter((path) => known.has(path)).map(folderOf));
        digests[place] = { selection, digest, folders: [...folders] };
        for (const path of asked) if (!spoken.has(path)) others.add(path);
      }
      const stamped = stampAll(others);
      if (stamped)
        await records.write(
          record,
          JSON.stringify({ version: 2, state: kept.name, others: stamped, digests } satisfies Kept),
        );
    },
  };
}

function folderOf(path: RepoPath): RepoPath {
  return posix.dirname(path);
}

function parse(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return undefined;
  }
}
