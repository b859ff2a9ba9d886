import { commands, type Disposable } from 'vscode';
import { ids } from '../ids.ts';
import { editorCondition, runningRuns } from '../state/editorState.ts';
import type { Store } from '../state/store.ts';

/** Sends the value of a `when` clause's key where it is another than before. */
export function createKeySender(): (key: string, value: unknown) => void {
  const sent = new Map<string, unknown>();
  return (key, value) => {
    if (sent.get(key) === value) return;
    sent.set(key, value);
    void commands.executeCommand('setContext', key, value);
  };
}

/** Keeps the keys of package.json's `when` clauses as the state is; only what changed is sent. */
export function followContextKeys(store: Store): Disposable {
  const { contextKeys } = ids;
  const set = createKeySender();

  function update(): void {
    const { state } = store;
    const { repositories } = state;
    set(contextKeys.restricted, !state.trusted);
    set(contextKeys.condition, editorCondition(state));
    set(
      contextKeys.hasRuns,
      repositories.some(({ runs }) => runs.shown.length > 0),
    );
    set(contextKeys.running, runningRuns(state).length > 0);
    set(
      contextKeys.proposalWaits,
      repositories.some(({ waiting }) => waiting.size > 0),
    );
  }

  update();
  return store.onChange(update);
}
