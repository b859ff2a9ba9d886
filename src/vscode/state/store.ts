import type { Disposable } from '../../base/disposable.ts';
import type { EditorState, RepositoryState } from './editorState.ts';

/** What changed: everything, one repository, or some runs of one. */
export interface Change {
  /** Undefined: everything. */
  readonly repository?: string;
  /** Undefined: all of the repository. */
  readonly run?: number;
}

/** The one place where the editor's state is; whoever shows it listens. */
export interface Store {
  readonly state: EditorState;
  update(change: (state: EditorState) => EditorState, what?: Change): void;
  /** Changes one repository; nothing happens where it is gone. */
  updateRepository(key: string, change: (state: RepositoryState) => RepositoryState, run?: number): void;
  repository(key: string): RepositoryState | undefined;
  onChange(listener: (change: Change) => void): Disposable;
}

export function createStore(initial: EditorState): Store {
  const listeners = new Set<(change: Change) => void>();
  let state = initial;

  function update(change: (state: EditorState) => EditorState, what: Change = {}): void {
    state = change(state);
    for (const listener of [...listeners]) listener(what);
  }

  return {
    get state() {
      return state;
    },
    update,
    updateRepository(key, change, run) {
      update(
        (before) => ({
          ...before,
          repositories: before.repositories.map((repository) =>
            repository.key === key ? change(repository) : repository,
          ),
        }),
        run === undefined ? { repository: key } : { repository: key, run },
      );
    },
    repository: (key) => state.repositories.find((repository) => repository.key === key),
    onChange(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  };
}
