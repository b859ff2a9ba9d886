import type { AgentEvent, DriftedObject, ReconcileReason } from '../../../domain/localAgent/agentEvent.ts';
import { describeAgentEvent } from '../../../domain/localAgent/describeAgentEvent.ts';
import type { ObjectName } from '../../../domain/localAgent/objectName.ts';
import type { RolloutOutcome } from '../../../domain/localAgent/rolloutOutcome.ts';
import { visibleText } from '../../../domain/text/visibleText.ts';
import type { AgentState } from '../../state/delivery/agentState.ts';
import { againIn, capital, countWords, joinWords } from '../clusters/clusterWords.ts';
import { warningIcon } from '../clusters/healthIcons.ts';
import { formatShortAge } from '../formatTime.ts';
import { iconOf } from '../stateIcons.ts';
import type { NodeIcon, NodeTarget, TreeNode } from '../treeNode.ts';

/** A local agent of this window: where it stands, and what happened last. */
export function agentNode(agent: AgentState, now: number): TreeNode {
  const { id, repository, environment, source, context, applied, isOver, isPaused, failure, events, told } =
    agent;
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
              { label: 'Why', text: failure.why, spoken: `${failure.what}: ${failure.why}` },
              iconOf('failed'),
              target,
              failure.next,
            ),
          ]
        : []),
      ...events.flatMap((event, at) => eventNode(`agent ${id} ${told - at}`, event, target, now)),
    ],
    target,
    spoken: visibleText(`Local agent of ${environment}, ${words}`),
  };
}

const outcomeWords: Readonly<Record<RolloutOutcome, string>> = {
  healthy: 'healthy',
  failed: 'failed',
  'timed-out': 'not healthy in time',
};

function standingWords({ standing, applied, isOver, isPaused, failure }: AgentState, now: number): string {
  const at = applied === undefined ? '' : ` · ${applied.slice(0, 7)}`;
  if (failure) return failure.what;
  if (isOver) return `ended${at}`;
  if (isPaused) return `paused${at}`;
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
      return `rolling out…${at}`;
    case 'settled':
      return `${outcomeWords[standing.outcome]}${at}`;
    case 'failed':
      return `${standing.failure.what}, ${againIn(standing.retryAt, now)}`;
    case 'drifted':
      return `drifted${at}`;
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

function eventNode(id: string, event: AgentEvent, target: NodeTarget, now: number): readonly TreeNode[] {
  const spoken = describeAgentEvent(event);
  if (spoken === undefined) return [];
  const age = formatShortAge(now - event.at);
  const { label, text } = shortEvent(event);
  const next = event.type === 'failed' ? event.failure.next : undefined;
  const action = event.type === 'verdict' ? event.verdict.action : next;
  const words = { label, text: joinWords(age === 'now' ? undefined : age, text), spoken };
  return [lineNode(id, words, iconOfEvent(event), target, action)];
}

/** A word for the eye, and what a narrow sidebar may cut; the whole sentence is spoken and in the tooltip. */
function shortEvent(event: AgentEvent): { readonly label: string; readonly text?: string } {
  switch (event.type) {
    case 'following':
      return { label: 'Follows', text: `${event.source.path || 'the root'} of ${event.source.repository}` };
    case 'looked':
      return { label: 'Looked' };
    case 'reconcile-started':
      return {
        label: startWords[event.why],
        text: `${event.commit.slice(0, 7)}, ${countWords(event.objects, 'object')}`,
      };
    case 'applied':
      return { label: capital(event.change), text: shortName(event.object) };
    case 'pruned':
      return { label: 'Pruned', text: shortName(event.object) };
    case 'kept':
      return { label: 'Kept', text: `${shortName(event.object)}: ${event.because}` };
    case 'verdict':
      return { label: event.workload.kind, text: event.verdict.sentence };
    case 'reconciled':
      return { label: 'Applied', text: event.commit.slice(0, 7) };
    case 'settled':
      return { label: capital(outcomeWords[event.outcome]), text: event.commit.slice(0, 7) };
    case 'failed':
      return { label: 'Failed', text: `${event.failure.what}: ${event.failure.why}` };
    case 'drifted':
      return { label: 'Drift', text: event.objects.map(shortDrift).join('; ') };
    case 'paused':
      return { label: 'Paused', text: 'nothing is applied' };
    case 'resumed':
      return { label: 'Resumed' };
  }
}

const startWords: Readonly<Record<ReconcileReason, string>> = {
  first: 'Starts',
  'new-commit': 'New commit',
  drift: 'Repairs',
  retry: 'Tries again',
  asked: 'Applies again',
  resumed: 'Goes on',
};

/** Without the namespace, which all of an environment mostly share. */
function shortName({ kind, name }: ObjectName): string {
  return `${kind} ${name}`;
}

function shortDrift({ name, change }: DriftedObject): string {
  return change === 'gone' ? `${shortName(name)} is gone` : `${shortName(name)}: ${change.join(', ')}`;
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
  { label, text, spoken }: { readonly label: string; readonly text: string; readonly spoken: string },
  icon: NodeIcon,
  target: NodeTarget,
  action?: string,
): TreeNode {
  const [first = ''] = text.split('\n');
  return {
    id,
    label: visibleText(label),
    description: visibleText(first),
    tooltip: visibleText(action === undefined ? spoken : `${spoken}\n→ ${action}`),
    icon,
    context: 'agentLine',
    target,
    spoken: visibleText(action === undefined ? spoken : `${spoken}. ${action}`),
  };
}
