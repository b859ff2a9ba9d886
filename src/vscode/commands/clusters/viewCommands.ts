import { window } from 'vscode';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { WorkloadFilter } from '../../../domain/workloads/filterWorkloads.ts';
import { isFiltered, openedCluster } from '../../state/clusters/clustersState.ts';
import type { Command, CommandContext } from '../commandContext.ts';

export const showClusters: Command = ({ clusters }) => clusters.focus();

export const refreshClusters: Command = async ({ clusters, messages }) => {
  const sessions = await clusters.sessions();
  sessions.readContexts();
  sessions.refresh();
  const { contexts } = clusters.store.state;
  if (contexts.kind === 'failed') messages.refuse(`${contexts.failure.what}: ${contexts.failure.why}`);
};

export const retryCluster: Command = async ({ clusters }, [target]) => {
  (await clusters.sessions()).refresh(target?.cluster?.context);
};

function setFilter({ clusters }: CommandContext, filter: WorkloadFilter): void {
  clusters.store.update((state) => ({ ...state, filter }));
}

/** Turns one part of the filter on, or off where it is on. */
function toggle(context: CommandContext, part: 'onlyUnhealthy' | 'onlyOurs'): void {
  const { [part]: was, ...others } = context.clusters.store.state.filter;
  setFilter(context, was ? others : { ...others, [part]: true });
}

export const showOnlyUnhealthy: Command = (context) => toggle(context, 'onlyUnhealthy');

export const showOnlyOurs: Command = (context) => toggle(context, 'onlyOurs');

export const showOnlyNamespace: Command = (context, targets) => {
  const namespaces = targets.flatMap(({ cluster }) => cluster?.namespace ?? []);
  if (namespaces.length > 0) setFilter(context, { ...context.clusters.store.state.filter, namespaces });
};

export const clearClusterFilter: Command = (context) => setFilter(context, {});

export const filterClusters: Command = async (context) => {
  const { filter } = context.clusters.store.state;
  const on = (is: boolean | undefined): string => (is ? '$(check)' : '$(blank)');
  const items = [
    { label: '$(search) Text…', description: filter.text ?? '', run: askText },
    {
      label: '$(symbol-namespace) Namespaces…',
      description: (filter.namespaces ?? []).join(', '),
      run: askNamespaces,
    },
    { label: `${on(filter.onlyUnhealthy)} Only unhealthy`, run: () => toggle(context, 'onlyUnhealthy') },
    {
      label: `${on(filter.onlyOurs)} Only this workspace's services`,
      run: () => toggle(context, 'onlyOurs'),
    },
    ...(isFiltered(filter) ? [{ label: '$(clear-all) Clear', run: () => setFilter(context, {}) }] : []),
  ];
  const chosen = await window.showQuickPick(items, { placeHolder: 'What to show of the clusters' });
  await chosen?.run();

  async function askText(): Promise<void> {
    const text = await window.showInputBox({
      prompt: 'Show what has this in its name, namespace, image or the name of a pod; empty shows all',
      value: filter.text ?? '',
    });
    if (text === undefined) return;
    const { text: _before, ...others } = filter;
    setFilter(context, text.trim() === '' ? others : { ...others, text: text.trim() });
  }

  async function askNamespaces(): Promise<void> {
    const { state } = context.clusters.store;
    const known = [...state.clusters.keys()].flatMap(
      (name) => openedCluster(state, name)?.rows.namespaces() ?? [],
    );
    const all = [...new Set([...known, ...(filter.namespaces ?? [])])].sort();
    const picked = await window.showQuickPick(
      all.map((namespace) => ({
        label: visibleText(namespace),
        namespace,
        picked: filter.namespaces?.includes(namespace) ?? false,
      })),
      { placeHolder: 'Which namespaces? None shows all', canPickMany: true },
    );
    if (picked === undefined) return;
    const { namespaces: _before, ...others } = filter;
    const namespaces = picked.map(({ namespace }) => namespace);
    setFilter(context, namespaces.length === 0 ? others : { ...others, namespaces });
  }
};
