import { window } from 'vscode';
import type { RunRequest } from '../../domain/runs/runEvent.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import { ids } from '../ids.ts';
import type { Session } from '../state/createSession.ts';
import { findRun } from '../state/repositoryRuns.ts';
import { formatAge } from '../views/formatTime.ts';
import { stateOfRun, wordOf } from '../views/stateIcons.ts';
import type { NodeTarget } from '../views/treeNode.ts';
import { openChosen } from './chooseSession.ts';
import type { Command, CommandContext } from './commandContext.ts';
import { pickEnvironment, pickOne, pickServices } from './pick.ts';

type Ask = Pick<RunRequest, 'until' | 'anyway'>;

/** Services pointed at, or picked, to the environment pointed at, the only one, or picked. */
export const buildAndDeploy: Command = (context, targets) =>
  start(context, targets, { until: 'propose', anyway: false });

export const runAnyway: Command = (context, targets) =>
  start(context, targets, { until: 'propose', anyway: true });

export const buildAndPush: Command = (context, targets) =>
  start(context, targets, { until: 'push', anyway: false });

export const buildAndDeployAll: Command = async (context, targets) => {
  const chosen = await openChosen(context, targets[0]);
  if (chosen) await startChosen(context, chosen, [], targets, { until: 'propose', anyway: false });
};

async function start(context: CommandContext, targets: readonly NodeTarget[], ask: Ask): Promise<void> {
  const chosen = await openChosen(context, targets[0]);
  if (!chosen) return;
  const { services } = chosen.opened.workspace;
  const named = targets.flatMap(({ service, repository }) =>
    service !== undefined && repository === targets[0]?.repository ? service : [],
  );
  const names =
    named.length > 0 ? [...new Set(named)] : await pickServices(services, await selectedIn(context));
  if (names) await startChosen(context, chosen, names, targets, ask);
}

async function selectedIn({ views }: CommandContext): Promise<ReadonlySet<string>> {
  return new Set((await views.selected(ids.views.services)).flatMap(({ service }) => service ?? []));
}

async function startChosen(
  context: CommandContext,
  { session, opened }: { readonly session: Session; readonly opened: OpenWorkspace },
  services: readonly string[],
  targets: readonly NodeTarget[],
  { until, anyway }: Ask,
): Promise<void> {
  const { environments } = opened.workspace;
  if (opened.workspace.services.length === 0) {
    context.messages.refuse('No services were found here: Towline looks for a Dockerfile or Containerfile.');
    return;
  }
  if (until !== 'propose' || environments.length === 0) {
    await context.run(session, { services, environment: undefined, until: 'push', anyway });
    return;
  }
  const pointed = new Set(targets.flatMap(({ environment }) => environment ?? []));
  const able = environments.filter(
    (environment) =>
      services.length === 0 ||
      environment.services === undefined ||
      services.some((service) => environment.services?.includes(service)),
  );
  const environment =
    pointed.size === 1
      ? environments.find(({ name }) => pointed.has(name))
      : await pickEnvironment('Propose to which environment?', able);
  if (environment)
    await context.run(session, { services, environment: environment.name, until: 'propose', anyway });
}

/** The run that is meant: pointed at, the only one that fits, or picked. */
export async function chooseRun(
  { store }: CommandContext,
  target: NodeTarget | undefined,
  fits: (run: KeptRun) => boolean,
  question: string,
): Promise<{ readonly repository: string; readonly run: KeptRun } | undefined> {
  if (target?.repository !== undefined && target.run !== undefined) {
    const repository = store.repository(target.repository);
    const run = repository && findRun(repository.runs, target.run);
    return run && { repository: target.repository, run };
  }
  const found = store.state.repositories.flatMap(({ key, name, runs }) =>
    runs.shown.filter(fits).map((run) => ({ repository: key, name, run })),
  );
  if (found.length === 0) void window.showInformationMessage('There is no such run.');
  return pickOne(question, found, ({ name, run: { state, standing } }) => ({
    label: `#${state.run} ${state.services.map((service) => service.name).join(', ')}`,
    description: `${wordOf(stateOfRun(state.outcome, standing))} · ${formatAge(Date.now() - state.startedAt)} · ${name}`,
  }));
}

export const cancelRun: Command = async (context, [target]) => {
  const chosen = await chooseRun(
    context,
    target,
    ({ standing }) => standing === 'running',
    'Cancel which run?',
  );
  const session = chosen && context.sessions.get(chosen.repository);
  if (!chosen || !session) return;
  const { run } = chosen.run.state;
  const own = session.own.get(run);
  if (own) own.abort(new DOMException('Cancelled', 'AbortError'));
  else if ((await (await context.engine()).cancelRun(session.place, run)) === 'not-running')
    context.messages.refuse(`Run ${run} does not run: nothing to cancel.`);
};

/** The same request again: what went well is reused, so it goes on from where it stopped. */
export const retryRun: Command = async (context, [target]) => {
  const retryable = ({ state, standing }: KeptRun): boolean =>
    standing === 'interrupted' || (standing === 'finished' && state.outcome !== 'passed');
  const chosen = await chooseRun(context, target, retryable, 'Retry which run?');
  const session = chosen && context.sessions.get(chosen.repository);
  if (!chosen || !session) return;
  const { state, standing } = chosen.run;
  if (standing === 'running') {
    context.messages.refuse(`Run ${state.run} still goes on.`);
    return;
  }
  await context.run(session, { ...state.request, anyway: false }, state.run);
};

export const showRuns: Command = ({ views }) => views.showRuns();

export const showRun: Command = async (context, [target]) => {
  const chosen = await chooseRun(context, target, () => true, 'Show which run?');
  if (chosen) await context.views.showRuns(chosen.repository, chosen.run.state.run);
};

export const showMoreRuns: Command = async ({ sessions, store }, [target]) => {
  for (const session of sessions.all()) {
    if (target?.repository !== undefined && session.key !== target.repository) continue;
    const { shown } = store.repository(session.key)?.runs ?? { shown: [] };
    await session.readRuns(shown.length + 200);
  }
};
