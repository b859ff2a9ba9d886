import type { DeliveryState } from '../../state/delivery/deliveryState.ts';
import type { TreeNode } from '../treeNode.ts';
import { agentNode } from './agentNodes.ts';
import { leftNode, rehearsalNode } from './rehearsalNodes.ts';
import { trailNode } from './trailNodes.ts';

/** What is on its way to a cluster, as far as somebody asked; empty while nobody has. */
export function deliveryTree(state: DeliveryState, now: number): readonly TreeNode[] {
  return [
    ...state.left.map(({ rehearsal }) => leftNode(rehearsal, now)),
    ...state.agents.map((agent) => agentNode(agent, now)),
    ...state.rehearsals.map(rehearsalNode),
    ...state.trails.map((trail) => trailNode(trail, now)),
  ];
}
