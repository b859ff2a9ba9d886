import { failureOf } from '../../../domain/errors/towlineError.ts';
import type { WhereRequest } from '../../../engine/delivery/whereIsCommit.ts';
import type { AskedTrail, DeliveryStore } from './deliveryState.ts';

/** Trails that are kept; the oldest go. */
const keptTrails = 5;

/** Asks where commits are, for the Delivery view. */
export interface Trails {
  /** Asks, or asks again for what was asked before; resolves when there is an answer, which the store has. */
  ask(question: Omit<AskedTrail, 'id' | 'answer'>, signal: AbortSignal): Promise<void>;
  askAgain(id: string, signal: AbortSignal): Promise<void>;
  forget(id: string): void;
}

export function createTrails(
  store: DeliveryStore,
  where: (
    repository: string,
    request: WhereRequest,
    signal: AbortSignal,
  ) => Promise<Extract<AskedTrail['answer'], { kind: 'found' }>['trails']>,
  now: () => number,
): Trails {
  function setTrails(change: (trails: readonly AskedTrail[]) => readonly AskedTrail[]): void {
    store.update((state) => ({ ...state, trails: change(state.trails) }), undefined);
  }

  function put(trail: AskedTrail): void {
    setTrails((trails) =>
      trails.some(({ id }) => id === trail.id)
        ? trails.map((one) => (one.id === trail.id ? trail : one))
        : [trail, ...trails].slice(0, keptTrails),
    );
  }

  async function ask(question: Omit<AskedTrail, 'id' | 'answer'>, signal: AbortSignal): Promise<void> {
    const { repository, commit, service, environment } = question;
    const trail = { ...question, id: JSON.stringify([repository, commit, service, environment]) };
    const request: WhereRequest = {
      commit,
      services: service === undefined ? [] : [service],
      ...(environment === undefined ? {} : { environment }),
    };
    put({ ...trail, answer: { kind: 'asking' } });
    try {
      const trails = await where(repository, request, signal);
      put({ ...trail, answer: { kind: 'found', trails, at: now() } });
    } catch (error) {
      if (signal.aborted) setTrails((all) => all.filter(({ id }) => id !== trail.id));
      else put({ ...trail, answer: { kind: 'failed', failure: failureOf(error) } });
    }
  }

  return {
    ask,
    async askAgain(id, signal) {
      const { trails } = store.state;
      const known = trails.find((trail) => trail.id === id);
      if (!known) return;
      const { id: _id, answer: _answer, ...question } = known;
      await ask(question, signal);
    },
    forget: (id) => setTrails((trails) => trails.filter((trail) => trail.id !== id)),
  };
}
