import { visibleText } from '../../../domain/text/visibleText.ts';
import type { OpenForward } from '../../state/clusters/clustersState.ts';
import type { TreeNode } from '../treeNode.ts';
import { joinWords } from './clusterWords.ts';
import { warningIcon } from './healthIcons.ts';
import { nodeIds } from './nodeIds.ts';

/** The window's port-forwards; nothing while there are none. */
export function forwardNodes(forwards: readonly OpenForward[]): readonly TreeNode[] {
  if (forwards.length === 0) return [];
  return [
    {
      id: nodeIds.forwards,
      label: 'Port Forwards',
      description: String(forwards.length),
      icon: { name: 'plug' },
      context: 'forwards',
      expanded: true,
      children: () => forwards.map(forwardNode),
      target: {},
      spoken: `${forwards.length} port forward${forwards.length === 1 ? '' : 's'}`,
    },
  ];
}

function forwardNode(forward: OpenForward): TreeNode {
  const { id, context, namespace, kind, name, remotePort, localPort, state, failure } = forward;
  const ready = state.kind === 'ready';
  const words = ready ? `goes to pod ${state.pod}` : 'waits for a ready pod';
  const trouble = failure === undefined ? [] : [`Last connection: ${failure.what}: ${failure.why}`];
  return {
    id: nodeIds.forward(id),
    label: `localhost:${localPort}`,
    description: visibleText(
      joinWords(`→ ${name}:${remotePort}`, ready ? undefined : 'waits', failure ? 'refused' : undefined),
    ),
    tooltip: visibleText(
      [
        `127.0.0.1:${localPort} → ${kind} ${name}, port ${remotePort}`,
        `in ${namespace} on ${context}`,
        words,
        ...trouble,
        'Each connection goes to a pod that is ready then; the port stays the same.',
      ].join('\n'),
    ),
    icon: ready && failure === undefined ? { name: 'pass', color: 'testing.iconPassed' } : warningIcon,
    context: 'forward',
    target: { cluster: { context, namespace, forward: id } },
    spoken: visibleText(
      [`Port ${localPort} leads to port ${remotePort} of ${kind} ${name}`, words, ...trouble].join(', '),
    ),
  };
}
