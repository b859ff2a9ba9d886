import type { Disposable } from '../../../base/disposable.ts';
import { failureOf } from '../../../domain/errors/towlineError.ts';
import { createFindService, type OwnService } from '../../../domain/workloads/filterWorkloads.ts';
import type { Engine } from '../../../engine/createEngine.ts';
import type { ClusterContext } from '../../../engine/ports/clusters.ts';
import type { OpenCluster } from '../../../engine/workloads/openCluster.ts';
import type { ClustersStore } from './clustersStore.ts';
import { type Followed, followCluster, type HostClock } from './followCluster.ts';

/** The clusters that this window has to do with. All it learns goes into the store. */
export interface ClusterSessions extends Disposable {
  /** Reads the kubeconfig; asks no server. */
  readContexts(): void;
  /** Whether the view can be seen: what is open in it is followed then. */
  show(visible: boolean): void;
  /** A context was opened in the view, or closed. */
  expand(context: string, expanded: boolean): void;
  /** Connects where that failed, and reads anew what is open: one cluster, or all. */
  refresh(context?: string): void;
  /** For a command. Throws `context-unknown`, `kubeconfig-invalid`. */
  connect(context: string): Promise<OpenCluster>;
  /** These services are ours. */
  match(services: readonly OwnService[]): void;
  stop(): Promise<void>;
}

interface Opened {
  readonly context: ClusterContext;
  readonly cluster: OpenCluster;
  readonly followed: Followed;
}

export function createClusterSessions(
  engine: Pick<Engine, 'readContexts' | 'openCluster'>,
  store: ClustersStore,
  clock: HostClock,
): ClusterSessions {
  const opened = new Map<string, Opened>();
  const opening = new Map<string, Promise<Opened>>();
  const expanded = new Set<string>();
  const ending = new Set<Promise<void>>();
  let findService = createFindService([]);
  let visible = false;

  function open(context: string): Promise<Opened> {
    const known = opening.get(context);
    if (known) return known;
    const made = engine.openCluster(context).then((cluster) => {
      const followed = followCluster(cluster, store, findService, clock);
      const one = { context: cluster.context, cluster, followed };
      // It may have been given up meanwhile.
      if (opening.get(context) === made) opened.set(context, one);
      return one;
    });
    opening.set(context, made);
    made.catch(() => opening.get(context) === made && opening.delete(context));
    return made;
  }

  /** Follows what is open in the view while it can be seen; what cannot even be connected to says why. */
  function look(context: string): void {
    const isWanted = (): boolean => visible && expanded.has(context);
    if (!isWanted()) {
      opened.get(context)?.followed.look(false);
      return;
    }
    open(context).then(
      (one) => {
        if (opened.get(context) === one) one.followed.look(isWanted());
      },
      (error: unknown) => {
        if (isWanted()) store.setCluster(context, { kind: 'failed', failure: failureOf(error) });
      },
    );
  }

  function forget(context: string): void {
    const gone = opened.get(context);
    opened.delete(context);
    opening.delete(context);
    if (gone) {
      const ended = gone.followed.stop().finally(() => ending.delete(ended));
      ending.add(ended);
    }
    store.setCluster(context, undefined);
  }

  function readContexts(): void {
    try {
      const contexts = engine.readContexts();
      store.update((state) => ({ ...state, contexts: { kind: 'read', contexts } }));
      // One that now leads somewhere else must not show what was there.
      for (const [name, { context }] of opened) {
        const found = contexts.contexts.find((each) => each.name === name);
        if (found && isSame(found, context)) continue;
        forget(name);
        if (found) look(name);
        else expanded.delete(name);
      }
    } catch (error) {
      store.update((state) => ({ ...state, contexts: { kind: 'failed', failure: failureOf(error) } }));
    }
  }

  return {
    readContexts,
    show(now) {
      if (visible === now) return;
      visible = now;
      for (const context of expanded) look(context);
    },
    expand(context, open) {
      if (open) expanded.add(context);
      else expanded.delete(context);
      look(context);
    },
    refresh(context) {
      for (const name of context === undefined ? [...expanded] : [context]) {
        const failed = store.state.clusters.get(name)?.kind === 'failed';
        if (failed) forget(name);
        look(name);
        if (!failed) opened.get(name)?.followed.refresh();
      }
    },
    connect: async (context) => (await open(context)).cluster,
    match(services) {
      findService = createFindService(services);
      for (const { followed } of opened.values()) followed.match(findService);
    },
    async stop() {
      for (const context of [...opened.keys()]) forget(context);
      await Promise.all(ending);
    },
    dispose() {
      for (const context of [...opened.keys()]) forget(context);
    },
  };
}

function isSame(one: ClusterContext, other: ClusterContext): boolean {
  return (
    one.server === other.server &&
    one.authority === other.authority &&
    one.user === other.user &&
    one.file === other.file &&
    one.insecure === other.insecure &&
    one.namespace === other.namespace
  );
}
