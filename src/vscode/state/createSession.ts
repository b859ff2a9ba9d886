import type { Disposable } from '../../base/disposable.ts';
import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { RunState } from '../../domain/runs/runState.ts';
import type { Engine, RunPlace } from '../../engine/createEngine.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import { withoutRun, withRun } from './repositoryRuns.ts';
import type { Store } from './store.ts';

/** Milliseconds between two looks at a run that moves all the time. */
const readPause = 100;

/** Journals read side by side; the rest wait, so that a long list does not hold up the editor. */
const readTogether = 4;

export interface StartedRun {
  /** Known as soon as the run's first record is on disk. */
  readonly number: Promise<number>;
  readonly ended: Promise<RunState>;
}

/** What goes on in one repository of the window. All it learns goes into the store. */
export interface Session extends Disposable {
  readonly key: string;
  readonly place: RunPlace;
  /** Runs of this window that go on. */
  readonly own: ReadonlyMap<number, AbortController>;
  /** Reads the newest runs and, once trusted, follows them; more of them when asked again with a larger number. */
  readRuns(count: number): Promise<void>;
  /** Looks for services again; needs trust, since Git is started. */
  readWorkspace(): Promise<OpenWorkspace | undefined>;
  open(): Promise<OpenWorkspace>;
  start(request: RunRequest, resumes?: number): StartedRun;
  /** A run as its journal tells it once it has ended or the signal is aborted, whether or not it is shown. */
  readEnded(run: number, signal: AbortSignal): Promise<KeptRun | undefined>;
  /** The window goes: what ends now was not ended by the user. */
  readonly closing: boolean;
  /** Stops this window's runs and waits until their ends are written. */
  stop(): Promise<void>;
}

export interface SessionOptions {
  readonly key: string;
  readonly folder: string;
  readonly store: Store;
  readonly engine: () => Promise<Engine>;
  readonly isTrusted: () => boolean;
}

export function createSession(options: SessionOptions): Session {
  const { key, folder, store, engine, isTrusted } = options;
  const place: RunPlace = { repository: { place: { commonFolder: key } } };
  const closing = new AbortController();
  const own = new Map<number, AbortController>();
  const going = new Set<Promise<unknown>>();
  const moved = new Set<number>();
  let timer: NodeJS.Timeout | undefined;
  let watching: Promise<Disposable> | undefined;
  let shown = 0;
  let reading: Promise<OpenWorkspace | undefined> | undefined;

  async function readRun(number: number): Promise<void> {
    const kept = await (await engine()).readRun(place, number);
    if (closing.signal.aborted) return;
    store.updateRepository(
      key,
      (repository) => ({
        ...repository,
        runs: kept ? withRun(repository.runs, kept) : withoutRun(repository.runs, number),
      }),
      number,
    );
  }

  async function readMoved(): Promise<void> {
    const numbers = [...moved];
    moved.clear();
    for (const number of numbers) await readRun(number).catch(() => undefined);
    timer = undefined;
    if (moved.size > 0) look();
  }

  function look(): void {
    timer ??= setTimeout(() => void readMoved(), readPause);
  }

  async function watch(): Promise<void> {
    if (watching || !isTrusted()) return;
    watching = (await engine()).watchRuns(place, (run) => {
      moved.add(run);
      look();
    });
    const watched = await watching;
    if (closing.signal.aborted) watched.dispose();
  }

  async function open(): Promise<OpenWorkspace> {
    if (!isTrusted())
      throw new TowlineError('config-invalid', {
        why: 'This workspace is not trusted: nothing is started in it.',
      });
    return (await engine()).open(folder, closing.signal);
  }

  async function readWorkspaceNow(): Promise<OpenWorkspace | undefined> {
    if (!isTrusted()) return undefined;
    if (store.repository(key)?.workspace.kind !== 'read')
      store.updateRepository(key, (repository) => ({ ...repository, workspace: { kind: 'reading' } }));
    try {
      const opened = await open();
      const { workspace } = opened;
      const images = (await engine()).readImages(opened);
      store.updateRepository(key, (repository) => ({
        ...repository,
        workspace: { kind: 'read', workspace, folder: opened.folder, images },
      }));
      return opened;
    } catch (error) {
      if (closing.signal.aborted) return undefined;
      const failure = failureOf(error);
      store.updateRepository(key, (repository) => ({
        ...repository,
        workspace: { kind: 'failed', failure },
      }));
      return undefined;
    }
  }

  return {
    key,
    place,
    own,
    open,
    async readRuns(count) {
      shown = Math.max(shown, count);
      const parts = await engine();
      await watch();
      const numbers = parts.listRuns(place);
      const newest = numbers.slice(-shown).toReversed();
      const kept: (KeptRun | undefined)[] = [];
      for (let at = 0; at < newest.length; at += readTogether) {
        const batch = newest.slice(at, at + readTogether);
        kept.push(
          ...(await Promise.all(batch.map((number) => parts.readRun(place, number).catch(() => undefined)))),
        );
      }
      if (closing.signal.aborted) return;
      store.updateRepository(key, (repository) => {
        const found = kept.filter((run) => run !== undefined);
        const older = numbers.length - newest.length;
        return { ...repository, runs: { kind: 'read', shown: found, older } };
      });
    },
    readWorkspace() {
      // Two askers at the same time get one answer.
      reading ??= readWorkspaceNow().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    start(request, resumes) {
      const cancel = new AbortController();
      const number = Promise.withResolvers<number>();
      const ended = (async () => {
        const [parts, opened] = await Promise.all([engine(), open()]);
        await watch();
        let run: number | undefined;
        try {
          return await parts.run(
            opened,
            {
              request,
              ...(resumes === undefined ? {} : { resumes }),
              onEvent(_event, state) {
                if (run === undefined) {
                  run = state.run;
                  own.set(run, cancel);
                  // Who waits for the number wants to show the run: it is then there to be shown.
                  void readRun(run)
                    .catch(() => undefined)
                    .finally(() => number.resolve(state.run));
                }
                moved.add(state.run);
                look();
              },
            },
            AbortSignal.any([cancel.signal, closing.signal]),
          );
        } finally {
          if (run !== undefined) {
            own.delete(run);
            moved.add(run);
            look();
          }
        }
      })();
      ended.catch((error: unknown) => number.reject(error));
      number.promise.catch(() => undefined);
      const settled = ended.catch(() => undefined).finally(() => going.delete(settled));
      going.add(settled);
      return { number: number.promise, ended };
    },
    async readEnded(run, signal) {
      const parts = await engine();
      const limit = AbortSignal.any([signal, closing.signal]);
      try {
        for await (const _event of parts.followRun(place, run, limit));
      } catch (error) {
        if (!limit.aborted && !TowlineError.is(error, 'run-not-found')) throw error;
      }
      closing.signal.throwIfAborted();
      return parts.readRun(place, run);
    },
    get closing() {
      return closing.signal.aborted;
    },
    async stop() {
      closing.abort(new DOMException('The window closes', 'AbortError'));
      await Promise.all(going);
    },
    dispose() {
      closing.abort(new DOMException('The window closes', 'AbortError'));
      clearTimeout(timer);
      watching?.then((watched) => watched.dispose()).catch(() => undefined);
    },
  };
}
