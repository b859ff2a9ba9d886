import type { TreeNode } from '../../src/vscode/views/treeNode.ts';

/** The tree as text: icon, label and description of each line, indented. */
export function drawTree(nodes: readonly TreeNode[], indent = ''): string {
  return nodes
    .map(({ icon, label, description, children }) =>
      [
        `${indent}${icon?.name} ${label}${description ? ` | ${description}` : ''}`,
        drawTree(children?.() ?? [], `${indent}  `),
      ]
        .filter(Boolean)
        .join('\n'),
    )
    .join('\n');
}

/** Every node of the tree. */
export function allNodes(nodes: readonly TreeNode[]): readonly TreeNode[] {
  return nodes.flatMap((node) => [node, ...allNodes(node.children?.() ?? [])]);
}
