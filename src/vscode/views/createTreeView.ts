import {
  type Disposable,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  type TreeView,
  window,
} from 'vscode';
import type { TreeNode } from './treeNode.ts';

/** Milliseconds between two refreshes: what changes faster nobody can read. */
const refreshPause = 100;

export interface ShownTree extends Disposable {
  readonly view: TreeView<TreeNode>;
  /** Draws again soon: all, or only the node with this id and what is below it. */
  refresh(id?: string): void;
  /** Whether the editor was given the node: only then can it be drawn again by itself. */
  knows(id: string): boolean;
  /** Opens, selects and shows a node as far as it is in the tree. */
  reveal(id: string): Promise<void>;
}

/** Shows a tree that is a function of state. It keeps nothing but the nodes the editor has asked for. */
export function createTreeView(viewId: string, roots: () => readonly TreeNode[]): ShownTree {
  const changed = new EventEmitter<TreeNode | undefined>();
  const known = new Map<string, { readonly node: TreeNode; readonly parent: string | undefined }>();
  const below = new Map<string | undefined, readonly string[]>();
  let waiting: Set<string> | 'all' | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn: ReadonlyMap<string, TreeNode> | undefined;
  let lines = new WeakMap<TreeNode, ReadonlyMap<string, TreeNode>>();

  function remember(nodes: ReadonlyMap<string, TreeNode>, parent: string | undefined): TreeNode[] {
    for (const id of below.get(parent) ?? []) if (!nodes.has(id)) forget(id);
    below.set(parent, [...nodes.keys()]);
    for (const [id, node] of nodes) known.set(id, { node, parent });
    return [...nodes.values()];
  }

  /** A long-lived tree in which lines come and go must not keep those that went. */
  function forget(id: string): void {
    for (const child of below.get(id) ?? []) forget(child);
    below.delete(id);
    known.delete(id);
  }

  function drawRoots(): TreeNode[] {
    drawn ??= byId(roots());
    return remember(drawn, undefined);
  }

  /** Children of a node by id, made once: the editor asks for each line of a long list by itself. */
  function childrenOf(node: TreeNode): ReadonlyMap<string, TreeNode> {
    const made = lines.get(node) ?? byId(node.children?.() ?? []);
    lines.set(node, made);
    return made;
  }

  /** The node as the state had it when the tree was last drawn: what the editor holds may be older. */
  function current(id: string): TreeNode | undefined {
    const parent = known.get(id)?.parent;
    drawn ??= byId(roots());
    if (parent === undefined) return drawn.get(id);
    const above = current(parent);
    return above && childrenOf(above).get(id);
  }

  function flush(): void {
    timer = undefined;
    const ids = waiting;
    waiting = undefined;
    drawn = undefined;
    lines = new WeakMap();
    if (ids === undefined) return;
    const nodes = ids === 'all' ? undefined : [...ids].map((id) => known.get(id)?.node);
    // One that the editor does not know yet can only come in with its siblings.
    if (nodes === undefined || nodes.includes(undefined)) {
      known.clear();
      below.clear();
      changed.fire(undefined);
    } else for (const node of nodes) changed.fire(node);
  }

  const view = window.createTreeView<TreeNode>(viewId, {
    showCollapseAll: true,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem: ({ id }) => treeItem(current(id) ?? known.get(id)?.node ?? goneNode(id)),
      getChildren: (node) =>
        node === undefined ? drawRoots() : remember(childrenOf(current(node.id) ?? node), node.id),
      getParent: ({ id }) => {
        const parent = known.get(id)?.parent;
        return parent === undefined ? undefined : known.get(parent)?.node;
      },
    },
  });

  return {
    view,
    refresh(id) {
      if (id === undefined || waiting === 'all') waiting = 'all';
      else waiting = (waiting ?? new Set()).add(id);
      timer ??= setTimeout(flush, refreshPause);
    },
    knows: (id) => known.has(id),
    async reveal(id) {
      if (!known.has(id)) {
        // The editor must hear of it, too: a node it was never given cannot be refreshed later.
        clearTimeout(timer);
        waiting = 'all';
        flush();
        drawRoots();
      }
      const node = known.get(id)?.node;
      if (node) await view.reveal(node, { select: true, focus: false, expand: true });
    },
    dispose() {
      clearTimeout(timer);
      view.dispose();
      changed.dispose();
    },
  };
}

function byId(nodes: readonly TreeNode[]): ReadonlyMap<string, TreeNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

function goneNode(id: string): TreeNode {
  return { id, label: '', context: 'gone', target: {}, spoken: '' };
}

function treeItem(node: TreeNode): TreeItem {
  const { label, description, tooltip, icon, children, expanded, spoken, command, context, id } = node;
  const item = new TreeItem(
    label,
    children === undefined
      ? TreeItemCollapsibleState.None
      : expanded
        ? TreeItemCollapsibleState.Expanded
        : TreeItemCollapsibleState.Collapsed,
  );
  item.id = id;
  if (description !== undefined) item.description = description;
  if (tooltip !== undefined) item.tooltip = tooltip;
  if (icon)
    item.iconPath = new ThemeIcon(
      icon.name,
      icon.color === undefined ? undefined : new ThemeColor(icon.color),
    );
  item.contextValue = context;
  item.accessibilityInformation = { label: spoken };
  if (command !== undefined) item.command = { command, title: label, arguments: [node] };
  return item;
}
