import { join } from 'node:path';
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
 * Digests over files by step and service (`test api`), kept while nothing at all changes in the checkout: then a run
 * lists and looks at no file for its keys. One change, and every file is looked at again.
 */
export interface KeptFiles {
  /** What these files come to, where they are known to be as they were. */
  find(place: string, selection: string): string | undefined;
  /** Tells what was seen, for the next time. */
  saw(place: string, seen: SeenFiles): void;
  /** Keeps what was seen, if nothing has changed since. Takes a look at all folders, unless all was found. */
  save(signal: AbortSignal): Promise<void>;
}

interface Kept {
  /** Name of the working state that it was seen in. */
  readonly state: string;
  /** What was looked at beside the files and folders that Git speaks for, with stamps; '' where nothing was. */
  readonly others: readonly (readonly [RepoPath, string])[];
  readonly digests: Readonly<Record<string, Pick<SeenFiles, 'selection' | 'digest'>>>;
}

export function createKeptFiles(
  { folder, prefix, state, repository }: OpenWorkspace,
  files: Pick<Files, 'status'>,
  records: RecordStore,
  now: () => number,
): KeptFiles {
  const record = `kept-files/${recordPart(prefix)}`;
  const seen = new Map<string, SeenFiles>();
  let loaded: Kept | undefined | 'not yet' = 'not yet';

  function load(): Kept | undefined {
    if (loaded === 'not yet') {
      const kept = state.same === undefined ? undefined : parse(records.read(record));
      const holds =
        kept?.state === state.same &&
        kept?.others.every(([path, stamp]) => (files.status(join(folder, path))?.stamp ?? '') === stamp);
      loaded = holds ? kept : undefined;
    }
    return loaded;
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
      return known?.selection === selection ? known.digest : undefined;
    },
    saw(place, what) {
      seen.set(place, what);
    },
    async save(signal) {
      if (seen.size === 0) return;
      const earlier = load();
      // A memory that cannot be kept is none the next time.
      const kept = await repository.keepState(state, signal).catch(() => undefined);
      if (!kept) return;
      const spoken = new Set<RepoPath>(state.files);
      for (const path of kept.folders) if (contains(prefix, path)) spoken.add(relativeTo(prefix, path));
      const digests: Record<string, Kept['digests'][string]> = { ...earlier?.digests };
      const others = new Set(earlier?.others.map(([path]) => path));
      for (const [place, { asked, selection, digest }] of seen) {
        if (!asked) continue;
        digests[place] = { selection, digest };
        for (const path of asked) if (!spoken.has(path)) others.add(path);
      }
      const stamped = stampAll(others);
      if (stamped)
        await records.write(
          record,
          JSON.stringify({ state: kept.name, others: stamped, digests } satisfies Kept),
        );
    },
  };
}

function parse(text: string | undefined): Kept | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Kept;
  } catch {
    return undefined;
  }
}
