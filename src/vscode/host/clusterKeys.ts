import type { Disposable } from '../../base/disposable.ts';
import { ids } from '../ids.ts';
import { clustersCondition, isFiltered } from '../state/clusters/clustersState.ts';
import type { ClustersStore } from '../state/clusters/clustersStore.ts';
import { createKeySender } from './contextKeys.ts';

/** Keeps the keys of package.json's `when` clauses that are about clusters as the state is. */
export function followClusterKeys(store: ClustersStore): Disposable {
  const { contextKeys } = ids;
  const set = createKeySender();

  function update(): void {
    const { state } = store;
    set(contextKeys.clustersCondition, clustersCondition(state));
    set(contextKeys.clustersFiltered, isFiltered(state.filter));
    set(contextKeys.clusterOpen, state.clusters.size > 0);
    set(contextKeys.forwarding, state.forwards.length > 0);
  }

  update();
  return store.onChange(({ rows }) => {
    if (!rows) update();
  });
}
