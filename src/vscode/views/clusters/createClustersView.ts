import type { Disposable } from '../../../base/disposable.ts';
import { ids } from '../../ids.ts';
import type { ClustersChange, ClustersStore } from '../../state/clusters/clustersStore.ts';
import { createTreeView, type ShownTree } from '../createTreeView.ts';
import type { TreeNode } from '../treeNode.ts';
import { filterWords } from './filterWords.ts';
import { nodeIds } from './nodeIds.ts';

/** Milliseconds between two drawings of ages, and of what is about seconds: waits, and runs after a crash. */
const ageTick = 60_000;
const waitTick = 5_000;

export interface ClustersView extends Disposable {
  readonly shown: ShownTree;
}

/** Called when the user opens or closes a context. */
export type OnExpand = (context: string, expanded: boolean) => void;

/** @param roots draws the state as a tree */
export function createClustersView(
  store: ClustersStore,
  roots: () => readonly TreeNode[],
  onExpand: OnExpand,
): ClustersView {
  const contextOf = ({ id, target }: TreeNode): string | undefined => {
    const context = target.cluster?.context;
    return context !== undefined && id === nodeIds.context(context) ? context : undefined;
  };
  const tell = (node: TreeNode, expanded: boolean): void => {
    const context = contextOf(node);
    if (context !== undefined) onExpand(context, expanded);
  };
  const shown = createTreeView(ids.views.clusters, roots, { onShownBelow: (node) => tell(node, true) });
  const { view } = shown;

  /** Only what the editor shows is drawn again. */
  function refreshRows(context: string, rows: NonNullable<ClustersChange['rows']>): void {
    for (const uid of rows.workloads) {
      const id = nodeIds.workload(context, uid);
      if (shown.knows(id)) shown.refresh(id);
    }
    if (rows.namespaces.size === 0) return;
    const namespaces = [...rows.namespaces].map((namespace) => nodeIds.namespace(context, namespace));
    // The cluster's own line counts what is below it.
    if (shown.knows(nodeIds.context(context))) shown.refreshBelow(nodeIds.context(context), namespaces);
  }

  function refresh({ context, rows }: ClustersChange): void {
    if (context === undefined) shown.refresh();
    else if (rows) refreshRows(context, rows);
    else if (shown.knows(nodeIds.context(context))) shown.refresh(nodeIds.context(context));
  }

  const listening = store.onChange((change) => {
    refresh(change);
    if (change.context === undefined) view.message = filterWords(store.state.filter) ?? '';
  });
  const opening = view.onDidExpandElement(({ element }) => tell(element, true));
  const closing = view.onDidCollapseElement(({ element }) => tell(element, false));
  const ageing = setInterval(() => {
    if (view.visible && store.state.clusters.size > 0) shown.refresh();
  }, ageTick);
  const waiting = setInterval(() => {
    if (!view.visible) return;
    for (const [context, state] of store.state.clusters) {
      if (state.kind !== 'open') continue;
      const { rows, status } = state.cluster;
      if ('nextTry' in status.state) shown.refresh(nodeIds.context(context));
      const workloads = new Set(rows.settling());
      const namespaces = [...workloads].flatMap((uid) => rows.row(uid)?.workload.namespace ?? []);
      if (workloads.size > 0) refreshRows(context, { workloads, namespaces: new Set(namespaces) });
    }
  }, waitTick);

  return {
    shown,
    dispose() {
      clearInterval(ageing);
      clearInterval(waiting);
      for (const each of [listening, opening, closing, shown]) each.dispose();
    },
  };
}
