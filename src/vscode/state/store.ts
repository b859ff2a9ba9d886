import type { Disposable } from '../../base/disposable.ts';
import type { EditorState, RepositoryState } from './editorState.ts';
import { createStateStore } from './stateStore.ts';

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
  const store = createStateStore<EditorState, Change>(initial);
  return {
    get state() {
      return store.state;
    },
    onChange: store.onChange,
    update: (change, what = {}) => store.update(change, what),
    updateRepository(key, change, run) {
      store.update(
        (before) => ({
          ...before,
          repositories: before.repositories.map((repository) =>
            repository.key === key ? change(repository) : repository,
          ),
        }),
        run === undefined ? { repository: key } : { repository: key, run },
      );
    },
    repository: (key) => store.state.repositories.find((repository) => repository.key === key),
  };
}
