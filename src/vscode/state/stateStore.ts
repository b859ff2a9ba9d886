import type { Disposable } from '../../base/disposable.ts';

/** The one place where a state is; whoever shows it listens. */
export interface StateStore<State, Change> {
  readonly state: State;
  update(change: (state: State) => State, what: Change): void;
  /** Something that the state holds is not as it was: nothing of the state itself changes. */
  tell(what: Change): void;
  onChange(listener: (what: Change) => void): Disposable;
}

export function createStateStore<State, Change>(initial: State): StateStore<State, Change> {
  const listeners = new Set<(what: Change) => void>();
  let state = initial;

  function tell(what: Change): void {
    for (const listener of [...listeners]) listener(what);
  }

  return {
    get state() {
      return state;
    },
    update(change, what) {
      state = change(state);
      tell(what);
    },
    tell,
    onChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  };
}
