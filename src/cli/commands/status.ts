import { describeResult } from '../../domain/runs/describeStep.ts';
import type { RunState } from '../../domain/runs/runState.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';
import { nameAnEnvironment } from '../../engine/workspace/chooseEnvironment.ts';
import { exitCodes } from '../exitCodes.ts';
import { describeProblem } from '../print/printFailure.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

/** `towline status`: services, environments and where the newest run left them. */
export async function status(
  { engine, terminal, folder, signal }: CommandContext,
  options: { readonly json?: boolean },
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const { workspace } = opened;
  const newest = engine.listRuns(opened).at(-1);
  const run = newest === undefined ? undefined : await engine.readRun(opened, newest);
  const rehearsals = await engine.listRehearsals(opened);
  if (options.json) {
    terminal.out(JSON.stringify({ folder: opened.folder, workspace, run, rehearsals }));
    return exitCodes.passed;
  }
  const say = (line: string): void => terminal.out(visibleText(line));
  say(`${opened.folder} (${workspace.configured ? 'towline.yaml' : 'found without towline.yaml'})`);
  say('services');
  for (const service of workspace.services)
    for (const line of describeService(service, run?.state)) say(`  ${line}`);
  const isBroken = workspace.problems.some(({ severity }) => severity === 'error');
  // What a file says that cannot be read is not known to be nothing.
  const none = isBroken ? '  not known until the errors below are mended' : '  none found';
  if (workspace.services.length === 0) say(none);
  say('environments');
  for (const environment of workspace.environments) say(`  ${describeEnvironment(environment)}`);
  if (workspace.environments.length === 0) {
    say(none);
    if (workspace.problems.length === 0) say(`    → ${nameAnEnvironment}`);
  }
  for (const problem of workspace.problems) say(describeProblem(problem));
  for (const { namespace, context, head, standing } of rehearsals)
    say(
      standing === 'left'
        ? `rehearsal of ${head} was left behind as ${namespace} on ${context}: \`towline rehearse --clean\` removes it`
        : `rehearsal of ${head} goes on as ${namespace} on ${context}`,
    );
  if (run) say(`newest run: ${run.state.run}, ${run.state.outcome ?? run.standing}`);
  return isBroken ? exitCodes.usage : exitCodes.passed;
}

function describeService(
  { name, folder, language, tests, image, dependsOn }: Service,
  run: RunState | undefined,
): readonly string[] {
  const how =
    tests.kind === 'command' ? tests.command.join(' ') : tests.kind === 'none' ? 'none' : 'not found';
  const on = dependsOn.length > 0 ? `, built on ${dependsOn.join(', ')}` : '';
  const last = run?.services
    .find((known) => known.name === name)
    ?.steps.findLast(({ result }) => result !== undefined);
  return [
    `${name}  ${folder || '.'}${language ? ` (${language})` : ''}  image ${image}${on}  tests: ${how}`,
    ...(last?.result ? [`    ${last.step} ${last.result.outcome}: ${describeResult(last.result)}`] : []),
  ];
}

function describeEnvironment({ name, path, style, repository, branch, services }: Environment): string {
  const where =
    repository.kind === 'same'
      ? ''
      : ` in ${repository.kind === 'remote' ? repository.url : repository.path}`;
  return `${name}  ${path || '.'} (${style ?? 'manifests'})${where}${branch ? ` on ${branch}` : ''}${services ? `  runs ${services.join(', ')}` : ''}`;
}
