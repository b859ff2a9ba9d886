import { describeResult, shortDigest } from '../../domain/runs/describeStep.ts';
import type { ServiceRunState } from '../../domain/runs/runState.ts';
import type { PushOutput } from '../../domain/runs/stepOutput.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';
import type { Workspace } from '../../domain/workspace/workspace.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import type { CurrentImage } from '../../engine/workspace/currentImages.ts';
import { ids } from '../ids.ts';
import { type EditorState, editorCondition, type RepositoryState } from '../state/editorState.ts';
import { formatShortAge } from './formatTime.ts';
import { serviceWords, shortTag } from './shortWords.ts';
import { iconOf, type ShownState, stateOfStep, wordOf, worstState } from './stateIcons.ts';
import type { TreeNode } from './treeNode.ts';

/** Services with their environments. Empty while a welcome text has more to say. */
export function servicesTree(state: EditorState, now: number): readonly TreeNode[] {
  if (!['ready', 'broken'].includes(editorCondition(state))) return [];
  const [only, ...others] = state.repositories;
  if (only === undefined) return [];
  const notices = engineNotice(state);
  if (others.length === 0) return [...notices, ...servicesOf(only, now)];
  return [
    ...notices,
    ...state.repositories.map(
      (repository): TreeNode => ({
        id: `services ${repository.key}`,
        label: repository.name,
        description: describeRepository(repository),
        tooltip: repository.folder,
        icon: { name: 'repo' },
        context: 'repository',
        expanded: true,
        children: () => servicesOf(repository, now),
        target: { repository: repository.key },
        spoken: `Repository ${repository.name}, ${describeRepository(repository)}`,
      }),
    ),
  ];
}

function describeRepository({ workspace }: RepositoryState): string {
  switch (workspace.kind) {
    case 'unread':
    case 'reading':
      return 'looking…';
    case 'failed':
      return workspace.failure.what;
    case 'read': {
      const count = workspace.workspace.services.length;
      return count === 0 ? 'no services found' : `${count} service${count === 1 ? '' : 's'}`;
    }
  }
}

function engineNotice({ engine }: EditorState): readonly TreeNode[] {
  if (engine.kind !== 'missing') return [];
  return [
    {
      id: 'no engine',
      label: 'No engine answers',
      tooltip: visibleText(`Tests run, images do not build.\n${engine.detail}\n${engine.next}`),
      icon: { name: 'warning', color: 'list.warningForeground' },
      context: 'noEngine',
      target: {},
      command: ids.commands.doctor,
      spoken: 'No Docker engine answers: tests run, images do not build. Opens the doctor.',
    },
  ];
}

function servicesOf(repository: RepositoryState, now: number): readonly TreeNode[] {
  const { workspace: read } = repository;
  if (read.kind === 'failed') return [failureNode(repository, read.failure)];
  if (read.kind !== 'read') return [];
  const { workspace } = read;
  return [
    ...problemNodes(repository, workspace),
    ...(workspace.environments.length === 0 && workspace.services.length > 0
      ? [noEnvironmentNode(repository)]
      : []),
    ...workspace.services.map((service) => serviceNode(repository, workspace, service, now)),
  ];
}

function failureNode(
  { key }: RepositoryState,
  { what, why, next }: { readonly what: string; readonly why: string; readonly next: string },
): TreeNode {
  return {
    id: `failure ${key}`,
    label: what,
    description: visibleText(why.split('\n')[0] ?? ''),
    tooltip: visibleText(`${what}: ${why}\n→ ${next}`),
    icon: iconOf('failed'),
    context: 'failure',
    target: { repository: key },
    command: ids.commands.doctor,
    spoken: visibleText(`${what}: ${why}. Opens the doctor.`),
  };
}

function problemNodes({ key }: RepositoryState, { problems }: Workspace): readonly TreeNode[] {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const [first] = problems;
  if (first === undefined) return [];
  const warnings = problems.length - errors;
  const words = [
    ...(errors > 0 ? [`${errors} error${errors === 1 ? '' : 's'}`] : []),
    ...(warnings > 0 ? [`${warnings} warning${warnings === 1 ? '' : 's'}`] : []),
  ].join(', ');
  return [
    {
      id: `problems ${key}`,
      label: 'towline.yaml',
      description: words,
      tooltip: visibleText(
        problems.map(({ message, at }) => (at ? `${at.line}: ${message}` : message)).join('\n'),
      ),
      icon:
        errors > 0
          ? { name: 'error', color: 'testing.iconFailed' }
          : { name: 'warning', color: 'list.warningForeground' },
      context: 'problems',
      target: { repository: key },
      command: ids.commands.openConfig,
      spoken: `towline.yaml has ${words}. Opens it.`,
    },
  ];
}

function noEnvironmentNode({ key }: RepositoryState): TreeNode {
  return {
    id: `no environment ${key}`,
    label: 'No environment',
    description: 'build and push only',
    tooltip:
      'No manifests that run these services were found, so nothing can be proposed.\nName their folder under `environments` in towline.yaml.',
    icon: { name: 'info', color: 'notificationsInfoIcon.foreground' },
    context: 'noEnvironment',
    target: { repository: key },
    command: ids.commands.createConfig,
    spoken: 'No environment found: build and push only. Creates towline.yaml to name one.',
  };
}

/** The newest run that took the service, to one environment where that is asked for. */
function lastRunOf(
  { runs }: RepositoryState,
  service: string,
  environment?: string,
): { readonly run: KeptRun; readonly taken: ServiceRunState } | undefined {
  for (const run of runs.shown) {
    if (environment !== undefined && run.state.request.environment !== environment) continue;
    const taken = run.state.services.find(({ name }) => name === service);
    if (taken) return { run, taken };
  }
  return undefined;
}

interface LastState {
  readonly shown: ShownState;
  /** e.g. `tests failed`, `proposed`. */
  readonly words: string;
  /** The same at length. */
  readonly details?: string;
  readonly when: string;
}

function lastState(
  repository: RepositoryState,
  service: string,
  now: number,
  environment?: string,
): LastState | undefined {
  const last = lastRunOf(repository, service, environment);
  if (!last) return undefined;
  const { run, taken } = last;
  const shown = repository.waiting.has(`${run.state.run}/${service}`)
    ? 'asking'
    : worstState(taken.steps.map((step) => stateOfStep(step, run.standing)));
  const step =
    taken.steps.find(({ result }) => result && ['failed', 'held', 'cancelled'].includes(result.outcome)) ??
    taken.steps.findLast(({ result, startedAt }) => result ?? startedAt);
  const words =
    step === undefined
      ? wordOf(shown)
      : step.result === undefined
        ? `${step.step} ${wordOf(shown)}`
        : serviceWords(step.result, step.step);
  const details = step?.result ? describeResult(step.result) : undefined;
  return { shown, words, ...(details ? { details } : {}), when: formatShortAge(now - run.state.startedAt) };
}

function lastPush({ runs }: RepositoryState, service: string, environment?: string): PushOutput | undefined {
  for (const { state } of runs.shown) {
    if (environment !== undefined && state.request.environment !== environment) continue;
    const steps = state.services.find(({ name }) => name === service)?.steps ?? [];
    for (const { result } of steps) {
      if (result?.outcome !== 'passed' && result?.outcome !== 'reused') continue;
      if (result.output.step === 'push') return result.output;
    }
  }
  return undefined;
}

function serviceNode(
  repository: RepositoryState,
  workspace: Workspace,
  service: Service,
  now: number,
): TreeNode {
  const { name, tests, image, folder, language, dependsOn, build } = service;
  const last = lastState(repository, name, now);
  const pushed = lastPush(repository, name);
  const environments = workspace.environments.filter(
    ({ services }) => services === undefined || services.includes(name),
  );
  const shown = last?.shown ?? 'waiting';
  const description = last ? `${last.words} · ${last.when}` : 'not run yet';
  const lines = [
    `${name}: ${description}`,
    ...(last?.details ? [last.details] : []),
    `image: ${pushed ? `${pushed.repository}:${pushed.tag} ${shortDigest(pushed.digest)}` : image}`,
    `tests: ${tests.kind === 'command' ? tests.command.join(' ') : tests.kind === 'none' ? 'none, as towline.yaml says' : 'not found'}`,
    `folder: ${folder || '.'}${language ? ` (${language})` : ''}`,
    ...(build ? [`Dockerfile: ${build.dockerfile}`] : ['no Dockerfile found']),
    ...(dependsOn.length > 0 ? [`built on: ${dependsOn.join(', ')}`] : []),
  ];
  return {
    id: `service ${repository.key} ${name}`,
    label: visibleText(name),
    description: visibleText(description),
    tooltip: visibleText(lines.join('\n')),
    icon: last ? iconOf(shown) : { name: 'package' },
    context: shown === 'running' || shown === 'asking' ? 'service.running' : 'service',
    ...(environments.length === 0
      ? {}
      : {
          children: () =>
            environments.map((environment) => environmentNode(repository, service, environment, now)),
        }),
    target: { repository: repository.key, service: name },
    spoken: visibleText(`Service ${name}, ${description}`),
  };
}

function environmentNode(
  repository: RepositoryState,
  { name }: Service,
  environment: Environment,
  now: number,
): TreeNode {
  const last = lastState(repository, name, now, environment.name);
  const pushed = lastPush(repository, name, environment.name);
  const place =
    environment.repository.kind === 'same'
      ? environment.path || '.'
      : `${environment.path || '.'} in ${environment.repository.kind === 'remote' ? environment.repository.url : environment.repository.path}`;
  const description = last ? `${last.words} · ${last.when}` : 'no proposal';
  const current =
    repository.workspace.kind === 'read'
      ? repository.workspace.images.find(
          (image) => image.service === name && image.environment === environment.name,
        )
      : undefined;
  return {
    id: `environment ${repository.key} ${name} ${environment.name}`,
    label: visibleText(environment.name),
    description: visibleText(description),
    tooltip: visibleText(
      [
        `${name} in ${environment.name}: ${description}`,
        ...(last?.details ? [last.details] : []),
        ...(pushed ? [`image: ${pushed.repository}:${pushed.tag} ${shortDigest(pushed.digest)}`] : []),
        `manifests: ${place}${environment.style ? ` (${environment.style})` : ''}${environment.branch ? ` on ${environment.branch}` : ''}`,
      ].join('\n'),
    ),
    icon: last ? iconOf(last.shown) : { name: 'server-environment' },
    context: last?.shown === 'running' || last?.shown === 'asking' ? 'environment.running' : 'environment',
    ...(current ? { children: () => [imageNode(repository, current)] } : {}),
    target: { repository: repository.key, service: name, environment: environment.name },
    spoken: visibleText(`Environment ${environment.name} of ${name}, ${description}`),
  };
}

/** What the environment's manifests run now, as they are in the checkout. */
function imageNode({ key }: RepositoryState, { environment, service, image, text }: CurrentImage): TreeNode {
  const label =
    image.tag === undefined
      ? image.digest === undefined
        ? 'no tag'
        : shortDigest(image.digest)
      : shortTag(image.tag);
  return {
    id: `image ${key} ${service} ${environment}`,
    label: visibleText(label),
    tooltip: visibleText(`The manifests here run\n${text}`),
    icon: { name: 'tag' },
    context: 'image',
    target: { repository: key, service, environment },
    spoken: visibleText(`Image ${text}`),
  };
}
