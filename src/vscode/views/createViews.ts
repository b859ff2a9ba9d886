import { commands } from 'vscode';
import type { Disposable } from '../../base/disposable.ts';
import { ids } from '../ids.ts';
import { runningRuns } from '../state/editorState.ts';
import type { Store } from '../state/store.ts';
import { createTreeView, type ShownTree } from './createTreeView.ts';
import { runNodeId, runsTree } from './runsTree.ts';
import { servicesTree } from './servicesTree.ts';
import type { NodeTarget } from './treeNode.ts';

/** Towline's views. */
export interface Views extends Disposable {
  areVisible(): boolean;
  areRunsVisible(): boolean;
  /** One of them came into sight. */
  onShown(listener: () => void): Disposable;
  /** Shows the Runs view, at a run where one is named. */
  showRuns(repository?: string, run?: number): Promise<void>;
  /** What is selected in the view with this id. */
  selected(viewId: string): Promise<readonly NodeTarget[]>;
}

/** Milliseconds between two drawings of durations that grow. */
const tick = 1_000;

/** Milliseconds between two drawings of ages, which are told in minutes. */
const ageTick = 30_000;

/** @param others views that show states of their own and stay their makers' */
export function createViews(store: Store, others: readonly ShownTree[], now: () => number): Views {
  const services = createTreeView(ids.views.services, () => servicesTree(store.state, now()), {
    selectsMany: true,
  });
  const runs = createTreeView(ids.views.runs, () => runsTree(store.state, now()));
  const all = [services, runs, ...others];
  const listening = store.onChange(({ repository, run }) => {
    services.refresh();
    runs.refresh(repository === undefined || run === undefined ? undefined : runNodeId(repository, run));
  });
  const ticking = setInterval(() => {
    if (!runs.view.visible) return;
    for (const { key, runs: known } of store.state.repositories)
      for (const { state, standing } of known.shown)
        if (standing === 'running') runs.refresh(runNodeId(key, state.run));
    if (runningRuns(store.state).length > 0) services.refresh();
  }, tick);
  const ageing = setInterval(() => {
    for (const tree of [services, runs]) if (tree.view.visible) tree.refresh();
  }, ageTick);

  return {
    areVisible: () => all.some(({ view }) => view.visible),
    areRunsVisible: () => runs.view.visible,
    onShown(listener) {
      const shown = all.map(({ view }) =>
        view.onDidChangeVisibility(({ visible }) => {
          if (visible) listener();
        }),
      );
      return {
        dispose() {
          for (const each of shown) each.dispose();
        },
      };
    },
    async showRuns(repository, run) {
      await commands.executeCommand(`${ids.views.runs}.focus`);
      if (repository !== undefined && run !== undefined) await runs.reveal(runNodeId(repository, run));
    },
    selected: async (viewId) => (await all.find((shown) => shown.viewId === viewId)?.selected()) ?? [],
    dispose() {
      clearInterval(ticking);
      clearInterval(ageing);
      for (const each of [listening, services, runs]) each.dispose();
    },
  };
}
