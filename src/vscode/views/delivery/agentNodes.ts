import type { AgentEvent } from '../../../domain/localAgent/agentEvent.ts';
import { describeAgentEvent } from '../../../domain/localAgent/describeAgentEvent.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { AgentState } from '../../state/delivery/agentState.ts';
import { againIn } from '../clusters/clusterWords.ts';
import { warningIcon } from '../clusters/healthIcons.ts';
import { formatShortAge } from '../formatTime.ts';
import { iconOf } from '../stateIcons.ts';
import type { NodeIcon, NodeTarget, TreeNode } from '../treeNode.ts';

/** A local agent of this window: where it stands, and what happened last. */
export function agentNode(agent: AgentState, now: number): TreeNode {
  const { id, repository, environment, source, context, applied, isOver, isPaused, failure, events } = agent;
  const words = standingWords(agent, now);
  const target: NodeTarget = { repository, environment, agent: id };
  return {
    id: `agent ${id}`,
    label: visibleText(`${environment} follows ${source?.branch ?? 'its branch'}`),
    description: visibleText(words),
    tooltip: visibleText(
      [
        `${environment}${context === undefined ? '' : ` on ${context}`}: ${words}`,
        ...(applied === undefined ? [] : [`${applied.slice(0, 7)} is applied`]),
        ...(failure ? [`${failure.what}: ${failure.why}`, failure.next] : []),
        ...(isOver ? ['Nobody applies now; what was applied stays.'] : ['It ends with this window.']),
      ].join('\n'),
    ),
    icon: iconOfAgent(agent),
    context: `agent.${isOver ? 'over' : isPaused ? 'paused' : 'running'}`,
    expanded: true,
    children: () => [
      ...(failure
        ? [
            lineNode(
              `agent ${id} failure`,
              `${failure.what}: ${failure.why}`,
              iconOf('failed'),
              undefined,
              target,
            ),
          ]
        : []),
      ...events.flatMap((event, at) => eventNode(id, event, events.length - at, target, now)),
    ],
    target,
    spoken: visibleText(`Local agent of ${environment}, ${words}`),
  };
}

function standingWords({ standing, applied, isOver, isPaused, failure }: AgentState, now: number): string {
  const at = applied === undefined ? '' : `${applied.slice(0, 7)} · `;
  if (failure) return failure.what;
  if (isOver) return `${at}ended`;
  if (isPaused) return `${at}paused`;
  switch (standing?.type) {
    case undefined:
      return 'starting…';
    case 'following':
      return 'looking at the branch…';
    case 'reconcile-started':
      return `applying ${standing.commit.slice(0, 7)}…`;
    case 'reconciled':
    case 'resumed':
    case 'paused':
      return `${at}rolling out…`;
    case 'settled':
      return `${at}${standing.outcome === 'healthy' ? 'healthy' : standing.outcome === 'failed' ? 'failed' : 'not healthy in time'}`;
    case 'failed':
      return `${standing.failure.what}, ${againIn(standing.retryAt, now)}`;
    case 'drifted':
      return `${at}drifted`;
  }
}

function iconOfAgent({ standing, isOver, isPaused, failure }: AgentState): NodeIcon {
  if (failure) return iconOf('failed');
  if (isOver) return iconOf('cancelled');
  if (isPaused) return iconOf('held');
  if (standing?.type === 'failed') return iconOf('failed');
  if (standing?.type === 'drifted') return warningIcon;
  if (standing?.type === 'settled') return iconOf(standing.outcome === 'healthy' ? 'passed' : 'failed');
  return iconOf('running');
}

function eventNode(
  id: string,
  event: AgentEvent,
  number: number,
  target: NodeTarget,
  now: number,
): readonly TreeNode[] {
  const sentence = describeAgentEvent(event);
  if (sentence === undefined) return [];
  const icon = iconOfEvent(event);
  const next = event.type === 'failed' ? event.failure.next : undefined;
  const action = event.type === 'verdict' ? event.verdict.action : next;
  const tooltip = action === undefined ? sentence : `${sentence}\n→ ${action}`;
  const age = formatShortAge(now - event.at);
  return [lineNode(`agent ${id} ${event.at} ${number}`, sentence, icon, age, target, tooltip)];
}

function iconOfEvent(event: AgentEvent): NodeIcon {
  switch (event.type) {
    case 'verdict':
      return {
        healthy: iconOf('passed'),
        progressing: iconOf('waiting'),
        stuck: warningIcon,
        failed: iconOf('failed'),
      }[event.verdict.state];
    case 'settled':
      return iconOf(event.outcome === 'healthy' ? 'passed' : 'failed');
    case 'reconciled':
      return iconOf('passed');
    case 'failed':
      return iconOf('failed');
    case 'drifted':
      return warningIcon;
    default:
      return { name: 'circle-small' };
  }
}

function lineNode(
  id: string,
  text: string,
  icon: NodeIcon,
  age: string | undefined,
  target: NodeTarget,
  tooltip = text,
): TreeNode {
  const [first = ''] = text.split('\n');
  return {
    id,
    label: visibleText(first),
    ...(age === undefined ? {} : { description: age }),
    tooltip: visibleText(tooltip),
    icon,
    context: 'agentLine',
    target,
    spoken: visibleText(tooltip),
  };
}
