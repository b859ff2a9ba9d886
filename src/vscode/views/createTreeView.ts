import { isDeepStrictEqual } from 'node:util';
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
import { createRereading } from './rereading.ts';
import type { NodeTarget, TreeNode } from './treeNode.ts';

/** Milliseconds between two refreshes: what changes faster nobody can read. */
const refreshPause = 100;

export interface ShownTree extends Disposable {
  readonly viewId: string;
  readonly view: TreeView<TreeNode>;
  /**
   * Soon draws again what has changed: anywhere, or in the node with this id and below it. What reads the same stays as
   * it is, because the editor loses a click on a line that it is drawing.
   */
  refresh(id?: string): void;
  /** The same where only those of `below` can have changed, apart from the node's own line and which lines it has. */
  refreshBelow(id: string, below: readonly string[]): void;
  /** Whether the editor was given the node: only then can it be drawn again by itself. */
  knows(id: string): boolean;
  /** What the selected lines stand for; waits for the editor where it is just reading the tree again. */
  selected(): Promise<readonly NodeTarget[]>;
  /** Opens, selects and shows a node as far as it is in the tree. */
  reveal(id: string): Promise<void>;
}

export interface TreeOptions {
  /** Whether several lines can be selected, for commands that take more than one. */
  readonly selectsMany?: boolean;
  /**
   * Called when the editor asks what is below a node, so that the node is open: its own event of that is lost where the
   * tree is drawn anew at the same moment.
   */
  onShownBelow?(node: TreeNode): void;
}

/** Shows a tree that is a function of state. It keeps nothing but the nodes the editor has asked for. */
export function createTreeView(
  viewId: string,
  roots: () => readonly TreeNode[],
  { selectsMany = false, onShownBelow }: TreeOptions = {},
): ShownTree {
  const changed = new EventEmitter<TreeNode | undefined>();
  const known = new Map<string, { readonly node: TreeNode; readonly parent: string | undefined }>();
  /** Lines as the editor last drew them; what `known` has is what it calls them by. */
  const shownLines = new Map<string, TreeNode>();
  const below = new Map<string | undefined, readonly string[]>();
  let waiting: Map<string, readonly string[] | undefined> | 'all' | undefined;
  let timer: NodeJS.Timeout | undefined;
  let drawn: ReadonlyMap<string, TreeNode> | undefined;
  let lines = new WeakMap<TreeNode, ReadonlyMap<string, TreeNode>>();
  /** The editor has yet to ask for the roots: for the first time, or because it was told that the tree is another one. */
  let unasked = true;
  const rereading = createRereading();

  function remember(nodes: ReadonlyMap<string, TreeNode>, parent: string | undefined): TreeNode[] {
    for (const id of below.get(parent) ?? []) if (!nodes.has(id)) forget(id);
    below.set(parent, [...nodes.keys()]);
    for (const [id, node] of nodes) known.set(id, { node, parent });
    return [...nodes.values()];
  }

  /** A long-lived tree in which lines come and go must not keep those that went. */
  function forget(id: string): void {
    for (const child of below.get(id) ?? []) forget(child);
    rereading.end(id);
    below.delete(id);
    known.delete(id);
    shownLines.delete(id);
  }

  /** The node and those below it whose lines the editor has. */
  function openBelow(id: string): readonly string[] {
    const inside = below.get(id);
    return inside ? [id, ...inside.flatMap(openBelow)] : [];
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

  /** Whether the editor shows the node's line, and which lines are below it, as they are now. */
  function isDrawn(id: string): boolean {
    const old = shownLines.get(id);
    const fresh = current(id);
    if (!old || !fresh || !isSameLine(old, fresh)) return false;
    return below.get(id) === undefined || hasSameLines(id, childrenOf(fresh));
  }

  function hasSameLines(parent: string | undefined, nodes: ReadonlyMap<string, TreeNode>): boolean {
    return isDeepStrictEqual(below.get(parent), [...nodes.keys()]);
  }

  /** The nodes that have to be drawn again for the editor to show one as it is now, and what it was given below it. */
  function changedIn(id: string): readonly string[] {
    return known.has(id) && isDrawn(id) ? (below.get(id) ?? []).flatMap(changedIn) : [id];
  }

  function changedAnywhere(): readonly string[] | 'all' {
    drawn ??= byId(roots());
    return hasSameLines(undefined, drawn) ? [...drawn.keys()].flatMap(changedIn) : 'all';
  }

  function flush(): void {
    timer = undefined;
    const asked = waiting;
    waiting = undefined;
    drawn = undefined;
    lines = new WeakMap();
    if (asked === undefined) return;
    const ids =
      asked === 'all'
        ? changedAnywhere()
        : [...asked].flatMap(([id, parts]) =>
            parts && isDrawn(id) ? parts.filter((part) => known.has(part)).flatMap(changedIn) : changedIn(id),
          );
    const nodes = ids === 'all' ? undefined : [...new Set(ids)].map((id) => known.get(id)?.node);
    // One that the editor does not know yet can only come in with its siblings.
    if (nodes === undefined || nodes.includes(undefined)) {
      rereading.begin(below.keys());
      known.clear();
      shownLines.clear();
      below.clear();
      // Told once more, it would forget all lines once more, and menus and buttons of those it shows would name nothing.
      if (!unasked) changed.fire(undefined);
      unasked = true;
    } else
      for (const node of nodes) {
        rereading.begin(node ? openBelow(node.id) : []);
        changed.fire(node);
      }
  }

  function ask(id: string | undefined, parts?: readonly string[]): void {
    if (id === undefined || waiting === 'all') waiting = 'all';
    else {
      waiting ??= new Map();
      const before = waiting.has(id) ? waiting.get(id) : [];
      waiting.set(id, parts && before && [...before, ...parts]);
    }
    timer ??= setTimeout(flush, refreshPause);
  }

  const view = window.createTreeView<TreeNode>(viewId, {
    showCollapseAll: true,
    canSelectMany: selectsMany,
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      getTreeItem(given) {
        const { id } = given;
        const node = current(id) ?? known.get(id)?.node ?? goneNode(given);
        shownLines.set(id, node);
        // Menus and buttons give their commands the very object that stood for the line when it came.
        Object.assign(given, { target: node.target });
        return treeItem(node);
      },
      getChildren(node) {
        rereading.end(node?.id);
        if (node === undefined) {
          unasked = false;
          return drawRoots();
        }
        onShownBelow?.(node);
        return remember(childrenOf(current(node.id) ?? node), node.id);
      },
      getParent: ({ id }) => {
        const parent = known.get(id)?.parent;
        return parent === undefined ? undefined : known.get(parent)?.node;
      },
    },
  });

  return {
    viewId,
    view,
    refresh: (id) => ask(id),
    refreshBelow: (id, parts) => ask(id, parts),
    knows: (id) => known.has(id),
    async selected() {
      // Of several lines the editor may know a part.
      if (selectsMany || view.selection.length === 0) await rereading.over();
      return view.selection.map(({ target }) => target);
    },
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

function isSameLine(one: TreeNode, other: TreeNode): boolean {
  const line = ({ children, ...rest }: TreeNode) => ({ ...rest, opens: children !== undefined });
  return isDeepStrictEqual(line(one), line(other));
}

function byId(nodes: readonly TreeNode[]): ReadonlyMap<string, TreeNode> {
  return new Map(nodes.map((node) => [node.id, node]));
}

/** A line that the tree has no longer: what it stood for remains, or a command would be about anything. */
function goneNode({ id, target }: TreeNode): TreeNode {
  return { id, label: '', context: 'gone', target, spoken: '' };
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
