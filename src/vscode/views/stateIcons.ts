import type { RunOutcome, StepResult } from '../../domain/runs/runEvent.ts';
import type { SubstepState } from '../../domain/runs/runState.ts';
import type { RunStanding } from '../../engine/runs/readRun.ts';
import type { NodeIcon } from './treeNode.ts';

/** Everything that has a state shows one of these. */
export type ShownState =
  | 'waiting'
  | 'unreached'
  | 'asking'
  | 'running'
  | 'passed'
  | 'reused'
  | 'held'
  | 'failed'
  | 'cancelled'
  | 'interrupted';

const icons: Readonly<Record<ShownState, NodeIcon>> = {
  waiting: { name: 'circle-outline', color: 'disabledForeground' },
  unreached: { name: 'circle-outline', color: 'disabledForeground' },
  asking: { name: 'question', color: 'notificationsInfoIcon.foreground' },
  running: { name: 'loading~spin', color: 'testing.iconQueued' },
  passed: { name: 'pass', color: 'testing.iconPassed' },
  reused: { name: 'pass', color: 'disabledForeground' },
  held: { name: 'debug-pause', color: 'list.warningForeground' },
  failed: { name: 'error', color: 'testing.iconFailed' },
  cancelled: { name: 'circle-slash', color: 'disabledForeground' },
  interrupted: { name: 'debug-disconnect', color: 'list.warningForeground' },
};

const words: Readonly<Record<ShownState, string>> = {
  waiting: 'waiting',
  unreached: 'not reached',
  asking: 'waits for you',
  running: 'running',
  passed: 'passed',
  reused: 'unchanged',
  held: 'held',
  failed: 'failed',
  cancelled: 'cancelled',
  interrupted: 'interrupted',
};

export function iconOf(state: ShownState): NodeIcon {
  return icons[state];
}

export function wordOf(state: ShownState): string {
  return words[state];
}

export function stateOfRun(outcome: RunOutcome | undefined, standing: RunStanding): ShownState {
  return standing === 'finished' && outcome !== undefined
    ? outcome
    : standing === 'running'
      ? 'running'
      : 'interrupted';
}

export function stateOfStep(
  step: { readonly startedAt: number | undefined; readonly result: StepResult | undefined },
  standing: RunStanding,
): ShownState {
  if (step.result) return step.result.outcome;
  if (standing !== 'running') return step.startedAt === undefined ? 'unreached' : 'interrupted';
  return step.startedAt === undefined ? 'waiting' : 'running';
}

export function stateOfSubstep({ state }: SubstepState, standing: RunStanding): ShownState {
  switch (state) {
    case 'started':
      return standing === 'running' ? 'running' : 'interrupted';
    case 'done':
      return 'passed';
    case 'cached':
      return 'reused';
    case 'failed':
      return 'failed';
  }
}

/** The state a group has because of its parts: what needs the user first. */
export function worstState(states: readonly ShownState[]): ShownState {
  const order = [
    'asking',
    'failed',
    'running',
    'interrupted',
    'held',
    'cancelled',
    'waiting',
    'unreached',
    'passed',
  ] as const;
  return order.find((state) => states.includes(state)) ?? (states.length > 0 ? 'reused' : 'waiting');
}
