import type { RehearsalEvent } from '../../domain/rehearsal/rehearsalEvent.ts';
import type { RehearsalOutcome } from '../../domain/rehearsal/rehearsalOutcome.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { HeadRequest } from '../../engine/rehearsal/openRehearsalSource.ts';
import type { RehearsalOptions } from '../../engine/rehearsal/rehearse.ts';
import { chooseEnvironment } from '../../engine/workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../../engine/workspace/openWorkspace.ts';
import { exitCodes } from '../exitCodes.ts';
import { describeRehearsal } from '../print/describeRehearsal.ts';
import { untilEnter } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

export interface RehearseOptions {
  readonly env?: string;
  readonly branch?: string;
  readonly pull?: number;
  readonly context?: string;
  /** Seconds. */
  readonly timeout: number;
  readonly keep?: boolean;
  /** Keeps it, too. */
  readonly open?: boolean;
  /** Local port of the first address. */
  readonly forward?: number;
  readonly clean?: boolean;
  readonly json?: boolean;
}

const codes: Readonly<Record<RehearsalOutcome, ExitCode>> = {
  healthy: exitCodes.passed,
  incomplete: exitCodes.held,
  progressing: exitCodes.held,
  refused: exitCodes.failed,
  failed: exitCodes.failed,
  stuck: exitCodes.failed,
};

/** `towline rehearse [service]`: a change on a local cluster, watched to a verdict and removed again. */
export async function rehearse(
  context: CommandContext,
  service: string | undefined,
  options: RehearseOptions,
): Promise<ExitCode> {
  const { engine, terminal, folder, signal } = context;
  const opened = await engine.open(folder, signal);
  if (options.clean) return clean(context, opened, options);
  const left = (await engine.listRehearsals(opened)).filter(({ standing }) => standing === 'left');
  if (left.length > 0)
    terminal.err(
      `${left.length} ${left.length === 1 ? 'rehearsal was' : 'rehearsals were'} left behind; \`towline rehearse --clean\` removes them.`,
    );
  const request = {
    environment: chooseEnvironment(opened, options.env).name,
    head: readHead(service, options),
    timeout: options.timeout,
    ...(options.context === undefined ? {} : { context: options.context }),
  };
  const onEvent = (event: RehearsalEvent): void => {
    if (options.json) terminal.out(JSON.stringify(event));
    else for (const line of describeRehearsal(terminal, event)) terminal.err(line);
  };
  const { conclusion, cleanUp } = await engine.rehearse(
    opened,
    request,
    { onEvent, ...keeping(context, options) },
    signal,
  );
  if (!options.json) {
    terminal.out(visibleText(conclusion.sentence));
    if (conclusion.action !== undefined) terminal.out(`→ ${visibleText(conclusion.action)}`);
    if (cleanUp.kind === 'left') terminal.err('`towline rehearse --clean` removes what is left.');
  }
  return codes[conclusion.outcome];
}

function readHead(service: string | undefined, { branch, pull }: RehearseOptions): HeadRequest {
  if (pull !== undefined) return { kind: 'pull', number: pull };
  if (branch !== undefined) return { kind: 'branch', branch };
  return { kind: 'proposal', ...(service === undefined ? {} : { service }) };
}

/** With `--keep` it stays until Enter or the first Ctrl-C, which let it go; the second cancels, as everywhere else. */
function keeping(
  { engine, terminal, signal }: CommandContext,
  { keep, open, forward }: RehearseOptions,
): Pick<RehearsalOptions, 'whileKept' | 'localPort'> {
  if (!keep && !open && forward === undefined) return {};
  return {
    ...(forward === undefined ? {} : { localPort: forward }),
    async whileKept([first]) {
      if (open && !first) terminal.err('It has no Service that could be opened.');
      if (open && first && !(await engine.openInBrowser(first.url)))
        terminal.err('No browser was found on PATH; open the address yourself.');
      await untilEnter(terminal, signal);
    },
  };
}

async function clean(
  { engine, terminal, signal }: CommandContext,
  opened: OpenWorkspace,
  options: RehearseOptions,
): Promise<ExitCode> {
  const recorded = await engine.listRehearsals(opened);
  const onCluster = options.context === undefined ? [] : await engine.findRehearsals(options.context, signal);
  const known = [...recorded, ...onCluster.filter(({ id }) => !recorded.some((other) => other.id === id))];
  let stays = false;
  for (const rehearsal of known) {
    const cleanUp = await engine.cleanRehearsal(opened, rehearsal, signal);
    if (cleanUp.kind === 'left' && rehearsal.standing === 'left') stays = true;
    if (options.json) terminal.out(JSON.stringify({ ...rehearsal, cleanUp }));
    else terminal.out(visibleText(describeCleaned(rehearsal, cleanUp)));
  }
  if (known.length === 0 && !options.json) terminal.out('No rehearsal was left behind.');
  return stays ? exitCodes.failed : exitCodes.passed;
}

function describeCleaned(
  {
    namespace,
    context,
    head,
    environment,
    started,
  }: Awaited<ReturnType<CommandContext['engine']['listRehearsals']>>[number],
  cleanUp: Awaited<ReturnType<CommandContext['engine']['cleanRehearsal']>>,
): string {
  const what = `${namespace} on ${context} (${head} in ${environment}, ${started.slice(0, 19)}Z)`;
  return cleanUp.kind === 'removed' ? `removed ${what}` : `left ${what}: ${cleanUp.why}`;
}
