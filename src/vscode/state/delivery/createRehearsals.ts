import { failureOf } from '../../../domain/errors/towlineError.ts';
import type { CleanUp } from '../../../domain/rehearsal/rehearsalEvent.ts';
import type { KnownRehearsal } from '../../../engine/rehearsal/leftRehearsals.ts';
import type { HeadRequest } from '../../../engine/rehearsal/openRehearsalSource.ts';
import type {
  RehearsalOptions,
  RehearsalRequest,
  RehearsalResult,
} from '../../../engine/rehearsal/rehearse.ts';
import type { DeliveryStore } from './deliveryState.ts';
import { type RehearsalState, reduceRehearsal } from './rehearsalState.ts';

/** Seconds that a rollout may take. */
const rolloutLimit = 300;
/** Rehearsals that are over and still shown; the oldest go. */
const keptRehearsals = 5;

/** What the rehearsals ask of the engine, for a repository. */
export interface RehearsalEngine {
  rehearse(
    repository: string,
    request: RehearsalRequest,
    options: RehearsalOptions,
    signal: AbortSignal,
  ): Promise<RehearsalResult>;
  /** Those that were begun and not removed, by the repository's records. */
  list(repository: string): Promise<readonly KnownRehearsal[]>;
  clean(repository: string, rehearsal: KnownRehearsal, signal: AbortSignal): Promise<CleanUp>;
}

/** This window's rehearsals: each stays, with addresses that lead into it, until it is ended. */
export interface Rehearsals {
  /** Resolves when it is over and removed, or says what is left. */
  start(repository: string, environment: string, head: HeadRequest): Promise<RehearsalState>;
  /** Lets a kept one go, or cancels it; either way it is removed. */
  end(id: string): void;
  forget(id: string): void;
  /** Looks for those whose process is gone. */
  findLeft(repositories: readonly string[]): Promise<void>;
  /** Removes one that was left; why it is still there, where it is. */
  removeLeft(id: string, signal: AbortSignal): Promise<string | undefined>;
  /** Ends all and waits until they are removed. */
  stop(): Promise<void>;
}

interface Going {
  readonly cancel: AbortController;
  readonly letGo: () => void;
  readonly ended: Promise<RehearsalState>;
}

export function createRehearsals(
  store: DeliveryStore,
  engine: RehearsalEngine,
  now: () => number,
): Rehearsals {
  const going = new Map<string, Going>();
  let count = 0;

  function setRehearsals(change: (all: readonly RehearsalState[]) => readonly RehearsalState[]): void {
    store.update((state) => ({ ...state, rehearsals: change(state.rehearsals) }), undefined);
  }

  function change(id: string, next: (state: RehearsalState) => RehearsalState): void {
    setRehearsals((all) => all.map((one) => (one.id === id ? next(one) : one)));
  }

  function find(id: string): RehearsalState | undefined {
    return store.state.rehearsals.find((one) => one.id === id);
  }

  async function perform(first: RehearsalState, head: HeadRequest, kept: Promise<void>, signal: AbortSignal) {
    const { id, repository, environment } = first;
    try {
      await engine.rehearse(
        repository,
        { environment, head, timeout: rolloutLimit },
        {
          onEvent: (event) => change(id, (state) => reduceRehearsal(state, event)),
          whileKept: () => kept,
        },
        signal,
      );
    } catch (error) {
      if (!signal.aborted) change(id, (state) => ({ ...state, failure: failureOf(error) }));
    } finally {
      going.delete(id);
      change(id, ({ addresses: _gone, ...state }) => ({ ...state, isOver: true }));
    }
    return find(id) ?? first;
  }

  return {
    start(repository, environment, head) {
      count += 1;
      const id = String(count);
      const first: RehearsalState = {
        id,
        repository,
        environment,
        head: describeHead(head),
        startedAt: now(),
        skipped: [],
        notes: [],
        verdicts: [],
        isEnding: false,
        isOver: false,
      };
      setRehearsals((all) => {
        const running = all.filter(({ isOver }) => !isOver);
        return [first, ...running, ...all.filter(({ isOver }) => isOver).slice(0, keptRehearsals - 1)];
      });
      const cancel = new AbortController();
      const kept = Promise.withResolvers<void>();
      cancel.signal.addEventListener('abort', () => kept.resolve(), { once: true });
      const ended = perform(first, head, kept.promise, cancel.signal);
      going.set(id, { cancel, letGo: kept.resolve, ended });
      return ended;
    },
    end(id) {
      const one = going.get(id);
      if (!one) return;
      const isKept = find(id)?.addresses !== undefined;
      change(id, (state) => ({ ...state, isEnding: true }));
      if (isKept) one.letGo();
      else one.cancel.abort(new DOMException('The rehearsal was ended', 'AbortError'));
    },
    forget: (id) => setRehearsals((all) => all.filter((one) => one.id !== id || !one.isOver)),
    async findLeft(repositories) {
      const found = await Promise.all(
        repositories.map(async (repository) =>
          (await engine.list(repository))
            .filter(({ standing }) => standing === 'left')
            .map((rehearsal) => ({ repository, rehearsal })),
        ),
      );
      store.update((state) => ({ ...state, left: found.flat() }), undefined);
    },
    async removeLeft(id, signal) {
      const found = store.state.left.find(({ rehearsal }) => rehearsal.id === id);
      if (!found) return undefined;
      const cleanUp = await engine.clean(found.repository, found.rehearsal, signal);
      if (cleanUp.kind === 'left') return cleanUp.why;
      store.update(
        (state) => ({ ...state, left: state.left.filter(({ rehearsal }) => rehearsal.id !== id) }),
        undefined,
      );
      return undefined;
    },
    async stop() {
      for (const { cancel } of going.values())
        cancel.abort(new DOMException('The window closes', 'AbortError'));
      await Promise.allSettled([...going.values()].map(({ ended }) => ended));
    },
  };
}

function describeHead(head: HeadRequest): string {
  switch (head.kind) {
    case 'proposal':
      return head.service === undefined ? 'the proposal' : `the proposal of ${head.service}`;
    case 'branch':
      return head.branch;
    case 'pull':
      return `pull request ${head.number}`;
  }
}
