import { RelativePattern, Uri, workspace } from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import type { Engine } from '../../engine/createEngine.ts';
import { readSetting } from '../host/settings.ts';
import type { Sessions } from './createSessions.ts';
import type { Store } from './store.ts';

/** Reads what the views show, when they are looked at, and again when files that decide it change. */
export interface Reader extends Disposable {
  /** Runs only: what may be read before anybody looks. */
  readRuns(): Promise<void>;
  /** What was never read. */
  readUnread(): Promise<void>;
  /** Everything once more. */
  readAgain(): Promise<void>;
  /** Whether an engine answers now. */
  checkEngine(): Promise<void>;
}

/** Files that name services, tests, images and environments. */
const deciding =
  '**/{towline.yaml,towline.yml,Dockerfile,Containerfile,*.Dockerfile,Dockerfile.*,kustomization.yaml,kustomization.yml,Kustomization,package.json,pyproject.toml,go.mod,Cargo.toml,pom.xml,build.gradle}';

/** Milliseconds of rest after a file changed before services are looked for again. */
const changePause = 500;

export function createReader(store: Store, sessions: Sessions, engine: () => Promise<Engine>): Reader {
  const watchers = new Map<string, Disposable>();
  const timers = new Map<string, NodeJS.Timeout>();
  const closing = new AbortController();

  function lookSoon(key: string): void {
    clearTimeout(timers.get(key));
    timers.set(
      key,
      setTimeout(() => {
        timers.delete(key);
        sessions
          .get(key)
          ?.readWorkspace()
          .catch(() => undefined);
      }, changePause),
    );
  }

  function watch(key: string, folder: string): void {
    if (watchers.has(key)) return;
    const watcher = workspace.createFileSystemWatcher(new RelativePattern(Uri.file(folder), deciding));
    const look = (): void => lookSoon(key);
    watcher.onDidChange(look);
    watcher.onDidCreate(look);
    watcher.onDidDelete(look);
    watchers.set(key, watcher);
  }

  async function checkEngine(): Promise<void> {
    if (!workspace.isTrusted) return;
    const { state, detail, next = '' } = await (await engine()).findEngine(closing.signal);
    store.update((before) => ({
      ...before,
      engine: state === 'found' ? { kind: 'ready' } : { kind: 'missing', detail, next },
    }));
  }

  async function read(again: boolean): Promise<void> {
    await Promise.all(
      sessions.all().map(async ({ key, readRuns, readWorkspace }) => {
        const repository = store.repository(key);
        if (!repository) return;
        if (again || repository.runs.kind === 'unread') await readRuns(readSetting('towline.runs.shown'));
        if (!workspace.isTrusted || (!again && repository.workspace.kind !== 'unread')) return;
        watch(key, repository.folder);
        await readWorkspace();
      }),
    );
    for (const [key, watcher] of watchers) {
      if (sessions.get(key)) continue;
      watcher.dispose();
      watchers.delete(key);
    }
    if (sessions.all().length > 0 && (again || store.state.engine.kind === 'unknown')) await checkEngine();
  }

  return {
    async readRuns() {
      await Promise.all(sessions.all().map((session) => session.readRuns(readSetting('towline.runs.shown'))));
    },
    readUnread: () => read(false),
    readAgain: () => read(true),
    checkEngine,
    dispose() {
      closing.abort(new DOMException('The window closes', 'AbortError'));
      for (const timer of timers.values()) clearTimeout(timer);
      for (const watcher of watchers.values()) watcher.dispose();
    },
  };
}
