import type { AgentEvent } from '../../domain/localAgent/agentEvent.ts';
import { describeHolder } from '../../domain/localAgent/agentHolder.ts';
import { describeAgentEvent } from '../../domain/localAgent/describeAgentEvent.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { AgentStatus, AgentWish } from '../../engine/localAgent/agentStatus.ts';
import type { AgentOutcome } from '../../engine/localAgent/followBranch.ts';
import { exitCodes } from '../exitCodes.ts';
import type { Terminal } from '../terminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

export interface AgentOptions {
  readonly env?: string;
  readonly context?: string;
  readonly json?: boolean;
}

const outcomeCodes: Readonly<Record<AgentOutcome, ExitCode>> = {
  healthy: exitCodes.passed,
  failed: exitCodes.failed,
  'timed-out': exitCodes.held,
  paused: exitCodes.held,
};

/** `towline agent`: the local agent, until Ctrl-C; with `--once` a single reconcile and its rollouts. */
export async function agent(
  { engine, terminal, folder, signal }: CommandContext,
  options: AgentOptions & { readonly once?: boolean; readonly timeout: number },
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const outcome = await engine.followBranch(
    opened,
    {
      ...requestOf(options),
      once: options.once ?? false,
      rolloutLimit: options.timeout * 1000,
      onEvent: (event) => (options.json ? terminal.out(JSON.stringify(event)) : show(terminal, event)),
    },
    signal,
  );
  return outcomeCodes[outcome];
}

const marks: Readonly<Partial<Record<AgentEvent['type'], string>>> = {
  'reconcile-started': '…',
  reconciled: '✔',
  failed: '✘',
  drifted: '!',
  paused: '‖',
};

function show(terminal: Terminal, event: AgentEvent): void {
  const sentence = describeAgentEvent(event);
  if (sentence === undefined) return;
  const time = new Date(event.at).toTimeString().slice(0, 8);
  const [first = '', ...more] = visibleText(sentence).split('\n');
  terminal.out(`${time} ${markOf(event)} ${first}`);
  for (const line of more) terminal.out(`           ${line}`);
  const next = event.type === 'failed' ? event.failure.next : undefined;
  const action = event.type === 'verdict' ? event.verdict.action : next;
  if (action !== undefined) terminal.out(`         → ${visibleText(action)}`);
}

function markOf(event: AgentEvent): string {
  if (event.type === 'verdict')
    return { healthy: '✔', progressing: '…', stuck: '!', failed: '✘' }[event.verdict.state];
  if (event.type === 'settled') return event.outcome === 'healthy' ? '✔' : '✘';
  return marks[event.type] ?? ' ';
}

/** `towline agent status`: what the cluster tells of an agent, whoever runs it. */
export async function agentStatus(
  { engine, terminal, folder, signal }: CommandContext,
  options: AgentOptions,
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  const status = await engine.readAgentStatus(opened, requestOf(options), signal);
  for (const line of options.json ? [JSON.stringify(status)] : describe(status)) terminal.out(line);
  const { applied, attempted, paused, settled } = status.inventory;
  if (settled === 'failed' || (attempted !== applied && status.isRunning && !paused)) return exitCodes.failed;
  return status.isRunning && !paused && settled === 'healthy' ? exitCodes.passed : exitCodes.held;
}

function describe({ context, inventory, isRunning }: AgentStatus): readonly string[] {
  const { source, applied, attempted, paused, settled, message, objects, holder } = inventory;
  const tried =
    attempted === applied || attempted === undefined ? '' : `; ${attempted.slice(0, 7)} was tried`;
  const lines = [
    ['follows', `${source.path || 'the root'} on ${source.branch} of ${source.repository}`],
    ['applied', `${applied?.slice(0, 7) ?? 'nothing yet'}${tried}`],
    ['objects', String(objects.length)],
    ['rollouts', settled ?? 'going on'],
    ['agent', isRunning && holder ? describeHolder(holder) : 'nobody runs it'],
    ...(paused ? [['paused', 'nothing is applied until `towline agent resume`']] : []),
    ...(message === undefined ? [] : [['note', message]]),
  ];
  return [
    visibleText(`${source.environment} on ${context}`),
    ...lines.map(([name = '', text = '']) => `  ${name.padEnd(9)} ${visibleText(text)}`),
  ];
}

const answers: Readonly<Record<AgentWish, string>> = {
  pause: 'paused: nothing is applied until `towline agent resume`',
  resume: 'resumed',
  reconcile: 'asked',
};

/** `towline agent pause|resume`: asks whoever runs the agent. */
export async function askAgent(
  { engine, terminal, folder, signal }: CommandContext,
  wish: AgentWish,
  options: AgentOptions,
): Promise<ExitCode> {
  const opened = await engine.open(folder, signal);
  await engine.askAgent(opened, requestOf(options), wish, signal);
  terminal.out(answers[wish]);
  return exitCodes.passed;
}

function requestOf({ env, context }: AgentOptions) {
  return {
    ...(env === undefined ? {} : { environment: env }),
    ...(context === undefined ? {} : { context }),
  };
}
