import { describeOutput, describeResult, describeWhy } from '../../domain/runs/describeStep.ts';
import type { ServiceRunState, StepState } from '../../domain/runs/runState.ts';
import { durationText } from '../../domain/text/durationText.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import { ids } from '../ids.ts';
import type { EditorState, RepositoryState } from '../state/editorState.ts';
import { formatAge, formatShortAge } from './formatTime.ts';
import { serviceWords, shortResult } from './shortWords.ts';
import {
  iconOf,
  type ShownState,
  stateOfRun,
  stateOfStep,
  stateOfSubstep,
  wordOf,
  worstState,
} from './stateIcons.ts';
import type { TreeNode } from './treeNode.ts';

/** Runs, newest first: run → service → step → sub-step. Repositories come first where there are several. */
export function runsTree(state: EditorState, now: number): readonly TreeNode[] {
  const [only, ...others] = state.repositories;
  if (only === undefined) return [];
  if (others.length === 0) return runsOf(only, now);
  return state.repositories.map((repository) => ({
    id: `runs ${repository.key}`,
    label: repository.name,
    description: countWords(repository.runs.shown.length + repository.runs.older, 'run'),
    tooltip: repository.folder,
    icon: { name: 'repo' },
    context: 'repository',
    expanded: true,
    children: () => runsOf(repository, now),
    target: { repository: repository.key },
    spoken: `Repository ${repository.name}, ${countWords(repository.runs.shown.length + repository.runs.older, 'run')}`,
  }));
}

function runsOf(repository: RepositoryState, now: number): readonly TreeNode[] {
  const { shown, older } = repository.runs;
  const nodes = shown.map((run, index) => runNode(repository, run, now, index === 0));
  if (older === 0) return nodes;
  const more: TreeNode = {
    id: `older ${repository.key}`,
    label: `Show ${countWords(older, 'older run')}`,
    icon: { name: 'history' },
    context: 'older',
    target: { repository: repository.key },
    command: ids.commands.showMoreRuns,
    spoken: `Show ${countWords(older, 'older run')}`,
  };
  return [...nodes, more];
}

/** The id of a run's node; the one place that makes it, so that a run can be revealed and refreshed. */
export function runNodeId(repository: string, run: number): string {
  return `run ${repository} ${run}`;
}

export function runNode(repository: RepositoryState, run: KeptRun, now: number, newest: boolean): TreeNode {
  const { state, standing } = run;
  const asking = state.services.some(({ name }) => repository.waiting.has(`${state.run}/${name}`));
  const shown: ShownState = asking && standing === 'running' ? 'asking' : stateOfRun(state.outcome, standing);
  const target = state.request.environment;
  const aim = target === undefined ? 'build and push' : `→ ${target}`;
  const names = state.services.map(({ name }) => name);
  const end = state.finishedAt ?? (standing === 'running' ? now : undefined);
  const took = end === undefined ? '' : durationText(end - state.startedAt);
  const source = `${state.branch ?? 'no branch'}${state.commit ? ` ${state.commit.slice(0, 7)}` : ''}${state.dirty ? ' with uncommitted changes' : ''}`;
  const words =
    shown === 'asking' ? 'your turn' : standing === 'running' ? took : formatShortAge(now - state.startedAt);
  return {
    id: runNodeId(repository.key, state.run),
    label: `#${state.run} ${names.length === 1 ? names[0] : countWords(names.length, 'service')}`,
    description: [target === undefined ? 'no proposal' : aim, words].filter(Boolean).join(' · '),
    tooltip: visibleText(
      [
        `Run ${state.run}: ${wordOf(shown)}`,
        `${names.join(', ')} ${aim}`,
        `from ${source}, started in ${state.host === 'cli' ? 'a terminal' : 'the editor'} ${formatAge(now - state.startedAt)}${took ? `, ${took}` : ''}`,
        ...(state.resumes === undefined ? [] : [`goes on from run ${state.resumes}`]),
        ...(standing === 'interrupted'
          ? ['Its process is gone. Retry goes on from its last good step.']
          : []),
        ...state.notices,
      ].join('\n'),
    ),
    icon: iconOf(shown),
    context: `run.${standing}${state.outcome === undefined ? '' : `.${state.outcome}`}`,
    expanded: newest || standing === 'running',
    children: () =>
      state.services.length === 1
        ? state.services.flatMap((service) => stepNodes(repository, run, service, now))
        : state.services.map((service) => serviceNode(repository, run, service, now)),
    target: {
      repository: repository.key,
      run: state.run,
      ...(names.length === 1 && names[0] ? { service: names[0] } : {}),
    },
    spoken: `Run ${state.run} of ${names.join(', ')}, ${aim.replace('→', 'to')}, ${wordOf(shown)}${took ? `, ${took}` : ''}`,
  };
}

function serviceNode(
  repository: RepositoryState,
  run: KeptRun,
  service: ServiceRunState,
  now: number,
): TreeNode {
  const { state, standing } = run;
  const states = service.steps.map((step) => shownStep(repository, run, service, step));
  const shown = worstState(states);
  const last = service.steps.findLast(({ result, startedAt }) => result ?? startedAt);
  const details = last === undefined ? '' : last.result ? describeResult(last.result) : last.step;
  const description =
    last === undefined ? '' : last.result ? serviceWords(last.result, last.step) : `${last.step}…`;
  return {
    id: `${runNodeId(repository.key, state.run)} ${service.name}`,
    label: service.name,
    description: visibleText(description),
    tooltip: visibleText(`${service.name}: ${wordOf(shown)}\n${details}`),
    icon: iconOf(shown),
    context: 'runService',
    expanded: standing === 'running' || shown === 'failed' || shown === 'held',
    children: () => stepNodes(repository, run, service, now),
    target: { repository: repository.key, run: state.run, service: service.name },
    spoken: visibleText(`${service.name}, ${wordOf(shown)}${details ? `, ${details}` : ''}`),
  };
}

function stepNodes(
  repository: RepositoryState,
  run: KeptRun,
  service: ServiceRunState,
  now: number,
): readonly TreeNode[] {
  return service.steps.map((step) => stepNode(repository, run, service, step, now));
}

function shownStep(
  repository: RepositoryState,
  { state, standing }: KeptRun,
  service: ServiceRunState,
  step: StepState,
): ShownState {
  if (
    standing === 'running' &&
    step.step === 'propose' &&
    !step.result &&
    repository.waiting.has(`${state.run}/${service.name}`)
  )
    return 'asking';
  return stateOfStep(step, standing);
}

const stepLabels = { test: 'Test', build: 'Build', push: 'Push', propose: 'Propose' } as const;

function stepNode(
  repository: RepositoryState,
  run: KeptRun,
  service: ServiceRunState,
  step: StepState,
  now: number,
): TreeNode {
  const { state, standing } = run;
  const { result } = step;
  const shown = shownStep(repository, run, service, step);
  const end = step.finishedAt ?? (standing === 'running' && !result ? now : undefined);
  const took = step.startedAt === undefined || end === undefined ? '' : durationText(end - step.startedAt);
  const words =
    result === undefined
      ? wordOf(shown)
      : result.outcome === 'reused'
        ? `unchanged since #${result.fromRun} · ${describeOutput(result.output)}`
        : describeResult(result);
  const id = `${runNodeId(repository.key, state.run)} ${service.name} ${step.step}`;
  const target = { repository: repository.key, run: state.run, service: service.name, step: step.step };
  const proposed =
    (result?.outcome === 'passed' || result?.outcome === 'reused') && result.output.step === 'propose'
      ? result.output
      : undefined;
  const context = [
    shown === 'asking' ? 'asking' : 'step',
    ...(step.logSize > 0 || shown === 'running' ? ['log'] : []),
    ...(proposed && proposed.diff !== '' ? ['diff'] : []),
    ...(proposed?.compareUrl ? ['compare'] : []),
    ...(proposed && proposed.commit !== proposed.baseCommit ? ['branch'] : []),
  ].join('.');
  return {
    id,
    label: stepLabels[step.step],
    description: [took, result ? shortResult(result) : shown === 'running' ? '' : wordOf(shown)]
      .filter(Boolean)
      .join(' · '),
    tooltip: visibleText(tooltipOf(step, words, took)),
    icon: iconOf(shown),
    context,
    expanded: shown === 'running' || shown === 'failed' || shown === 'asking',
    ...(step.substeps.length === 0
      ? {}
      : {
          children: () =>
            step.substeps.map((substep): TreeNode => {
              const state = stateOfSubstep(substep, result ? 'finished' : standing);
              const duration =
                substep.finishedAt === undefined ? '' : durationText(substep.finishedAt - substep.startedAt);
              const name = visibleText(substep.name);
              return {
                id: `${id} ${substep.id}`,
                label: name,
                description: substep.state === 'cached' ? 'cached' : duration,
                tooltip: name,
                icon: iconOf(state),
                context: 'substep',
                target,
                spoken: `${name}, ${wordOf(state)}${duration ? `, ${duration}` : ''}`,
              };
            }),
        }),
    target,
    spoken: visibleText(
      `${stepLabels[step.step]} of ${service.name}, ${wordOf(shown)}${took ? `, ${took}` : ''}, ${words}`,
    ),
  };
}

function tooltipOf({ result }: StepState, words: string, took: string): string {
  const first = took ? `${words} (${took})` : words;
  if (result === undefined) return first;
  switch (result.outcome) {
    case 'failed':
      return [result.failure.what, result.failure.why, result.failure.next].join('\n');
    case 'held':
      return [result.hold.why, ...result.hold.ways].join('\n');
    case 'passed':
      return [first, `ran because: ${describeWhy(result.why)}`, ...warningsOf(result)].join('\n');
    case 'reused':
      return [first, ...warningsOf(result)].join('\n');
    case 'cancelled':
      return first;
  }
}

function warningsOf({
  output,
}: {
  readonly output: Parameters<typeof describeOutput>[0];
}): readonly string[] {
  return output.step === 'propose' ? output.warnings : [];
}

function countWords(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
