import { setTimeout as wait } from 'node:timers/promises';
import { commands, workspace } from 'vscode';
import type { Disposable } from '../base/disposable.ts';
import type { Engine } from '../engine/createEngine.ts';
import type { OpenCluster } from '../engine/workloads/openCluster.ts';
import { createObjectDocuments, type ObjectDocuments } from './documents/createObjectDocuments.ts';
import { createPodLogs, type PodLogs } from './documents/createPodLogs.ts';
import { followClusterKeys } from './host/clusterKeys.ts';
import { ids } from './ids.ts';
import { type ClustersStore, createClustersStore } from './state/clusters/clustersStore.ts';
import type { ClusterSessions } from './state/clusters/createClusterSessions.ts';
import type { Forwards } from './state/clusters/createForwards.ts';
import { environmentsByContext, ownServices } from './state/clusters/ownServices.ts';
import type { Store } from './state/store.ts';
import type { clustersTree } from './views/clusters/clustersTree.ts';
import { createClustersView } from './views/clusters/createClustersView.ts';
import type { ShownTree } from './views/createTreeView.ts';

/** What the window has to do with clusters, as commands use it. */
export interface ClusterParts {
  readonly store: ClustersStore;
  readonly logs: PodLogs;
  readonly objects: ObjectDocuments;
  sessions(): Promise<ClusterSessions>;
  forwards(): Promise<Forwards>;
  /** Throws `context-unknown`, `kubeconfig-invalid`. */
  connect(context: string): Promise<OpenCluster>;
  /** Shows the Clusters view. */
  focus(): Promise<void>;
  now(): number;
}

export interface Clusters extends ClusterParts, Disposable {
  readonly shown: ShownTree;
  /** The workspace was trusted. */
  trust(): void;
  stop(): Promise<void>;
}

interface Loaded {
  readonly sessions: ClusterSessions;
  readonly forwards: Forwards;
}

/**
 * The parts that show clusters, without anything that reads one: that is loaded when the view is first looked at in a
 * trusted workspace.
 */
export function composeClusters(
  editor: Store,
  engine: () => Promise<Engine>,
  report: (error: unknown) => void,
  now: () => number,
): Clusters {
  const store = createClustersStore({
    trusted: workspace.isTrusted,
    contexts: { kind: 'unread' },
    clusters: new Map(),
    forwards: [],
    filter: {},
    environments: new Map(),
  });
  let loading: Promise<Loaded> | undefined;
  let drawTree: typeof clustersTree | undefined;

  async function loadParts(): Promise<Loaded> {
    const [parts, tree, { createClusterSessions }, { createForwards }] = await Promise.all([
      engine(),
      import('./views/clusters/clustersTree.ts'),
      import('./state/clusters/createClusterSessions.ts'),
      import('./state/clusters/createForwards.ts'),
    ]);
    const sessions = createClusterSessions(parts, store, {
      now,
      wait: (milliseconds, signal) => wait(milliseconds, undefined, { signal }),
    });
    drawTree = tree.clustersTree;
    sessions.match(ownServices(editor.state));
    sessions.readContexts();
    return { sessions, forwards: createForwards(store) };
  }

  function load(): Promise<Loaded> {
    loading ??= loadParts().catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return loading;
  }

  const { shown, dispose: disposeView } = createClustersView(
    store,
    () => drawTree?.(store.state, now()) ?? [],
    (context, expanded) => {
      if (workspace.isTrusted) load().then(({ sessions }) => sessions.expand(context, expanded), report);
    },
  );

  /** The kubeconfig is read each time the view comes into sight: others write it. */
  function look(): void {
    if (!workspace.isTrusted) return;
    const { visible } = shown.view;
    if (!visible && !loading) return;
    const first = !loading;
    load().then(({ sessions }) => {
      if (visible && !first) sessions.readContexts();
      sessions.show(visible);
    }, report);
  }

  let services = '';
  const following = editor.onChange(({ run }) => {
    if (run !== undefined) return;
    const own = ownServices(editor.state);
    const text = JSON.stringify([own, [...environmentsByContext(editor.state)]]);
    if (text === services) return;
    services = text;
    store.update((state) => ({ ...state, environments: environmentsByContext(editor.state) }));
    loading?.then(({ sessions }) => sessions.match(own)).catch(() => undefined);
  });
  const watching = shown.view.onDidChangeVisibility(look);
  const keys = followClusterKeys(store);
  const sessions = async (): Promise<ClusterSessions> => (await load()).sessions;
  const connect = async (context: string): Promise<OpenCluster> => (await sessions()).connect(context);
  const logs = createPodLogs(connect, now);
  const objects = createObjectDocuments();
  if (shown.view.visible) look();

  return {
    store,
    shown,
    logs,
    objects,
    sessions,
    connect,
    now,
    forwards: async () => (await load()).forwards,
    focus: async () => {
      await commands.executeCommand(`${ids.views.clusters}.focus`);
    },
    trust() {
      store.update((state) => ({ ...state, trusted: true }));
      look();
    },
    async stop() {
      const loaded = await loading?.catch(() => undefined);
      loaded?.forwards.dispose();
      await loaded?.sessions.stop();
    },
    dispose() {
      for (const each of [following, watching, keys, logs, objects]) each.dispose();
      disposeView();
    },
  };
}
