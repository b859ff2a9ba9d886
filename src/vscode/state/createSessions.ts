import type { Disposable } from '../../base/disposable.ts';
import { createSession, type Session, type SessionOptions } from './createSession.ts';
import { findGitFolder, readJournalIndex } from './findGitFolder.ts';
import { nameFolders, type WindowFolder } from './nameFolders.ts';
import { unreadRuns } from './repositoryRuns.ts';
import type { Store } from './store.ts';

/** The repositories of the window's folders, each with its session. */
export interface Sessions extends Disposable {
  get(key: string): Session | undefined;
  all(): readonly Session[];
  /** Takes over the window's folders as they are now. Reads no file's content but Git's own pointers. */
  follow(folders: readonly WindowFolder[]): void;
  /** Whether a run may be going on or cut short: then its journal is worth reading before anybody looks. */
  unfinished(): boolean;
  stop(): Promise<void>;
}

export function createSessions(
  options: Omit<SessionOptions, 'key' | 'folder'> & { readonly store: Store },
): Sessions {
  const sessions = new Map<string, Session>();

  return {
    get: (key) => sessions.get(key),
    all: () => [...sessions.values()],
    follow(folders) {
      const found = new Map<string, WindowFolder>();
      for (const folder of folders) {
        const key = findGitFolder(folder.path);
        if (key !== undefined && !found.has(key)) found.set(key, folder);
      }
      for (const [key, session] of sessions) {
        if (found.has(key)) continue;
        session.dispose();
        sessions.delete(key);
      }
      for (const [key, folder] of found)
        if (!sessions.has(key)) sessions.set(key, createSession({ ...options, key, folder: folder.path }));
      const names = nameFolders([...found.values()]);
      options.store.update((state) => ({
        ...state,
        folders: folders.length,
        repositories: Array.from(found, ([key, { path, name }]) => ({
          workspace: { kind: 'unread' as const },
          runs: unreadRuns,
          waiting: new Set<string>(),
          ...state.repositories.find((repository) => repository.key === key),
          key,
          folder: path,
          name: names.get(path) ?? name,
        })),
      }));
    },
    unfinished: () => [...sessions.keys()].some((key) => readJournalIndex(key).owned > 0),
    async stop() {
      await Promise.all([...sessions.values()].map((session) => session.stop()));
    },
    dispose() {
      for (const session of sessions.values()) session.dispose();
      sessions.clear();
    },
  };
}
