import type { Disposable } from '../../../base/disposable.ts';
import type { Forwarding } from '../../../engine/workloads/forwardPorts.ts';
import type { OpenCluster } from '../../../engine/workloads/openCluster.ts';
import type { PodSource } from '../../../engine/workloads/podSource.ts';
import type { OpenForward } from './clustersState.ts';
import type { ClustersStore } from './clustersStore.ts';

/** This window's port-forwards; they stay open, whatever is shown, until they are stopped or the window goes. */
export interface Forwards extends Disposable {
  /** Throws `object-missing`, `port-taken`, and as ClusterReads does. */
  open(
    cluster: OpenCluster,
    source: PodSource,
    ports: { readonly port: number; readonly localPort: number },
    signal: AbortSignal,
  ): Promise<OpenForward>;
  stop(id: string): void;
}

export function createForwards(store: ClustersStore): Forwards {
  const open = new Map<string, { readonly forwarding: Forwarding; readonly listening: Disposable }>();
  let count = 0;

  function put(forward: OpenForward): void {
    store.update((state) => {
      const others = state.forwards.filter(({ id }) => id !== forward.id);
      return { ...state, forwards: [...others, forward].toSorted((a, b) => a.localPort - b.localPort) };
    });
  }

  function stop(id: string): void {
    const one = open.get(id);
    open.delete(id);
    one?.listening.dispose();
    one?.forwarding.dispose();
    store.update((state) => ({ ...state, forwards: state.forwards.filter((forward) => forward.id !== id) }));
  }

  return {
    async open(cluster, source, ports, signal) {
      const forwarding = await cluster.forward(source, ports, signal);
      count += 1;
      const id = String(count);
      const stateNow = (): OpenForward => ({
        id,
        context: cluster.context.name,
        ...source,
        remotePort: ports.port,
        localPort: forwarding.localPort,
        state: forwarding.state,
        ...(forwarding.failure ? { failure: forwarding.failure } : {}),
      });
      open.set(id, { forwarding, listening: forwarding.onChange(() => put(stateNow())) });
      const made = stateNow();
      put(made);
      return made;
    },
    stop,
    dispose() {
      for (const id of [...open.keys()]) stop(id);
    },
  };
}
