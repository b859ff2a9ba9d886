import { visibleText } from '../../domain/text/visibleText.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import { exitCodes } from '../exitCodes.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

const marks: Readonly<Record<Verdict['state'], string>> = {
  healthy: '✔',
  progressing: '…',
  stuck: '!',
  failed: '✘',
};

export interface VerdictOptions {
  readonly namespace?: string;
  readonly context?: string;
  readonly watch?: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** `towline verdict <workload>`: how a rollout stands. A time that has run out is never a success. */
export async function verdict(
  { engine, terminal, signal }: CommandContext,
  workload: string,
  options: VerdictOptions,
): Promise<ExitCode> {
  const limit = AbortSignal.timeout(options.timeout * 1000);
  const { namespace, context } = options;
  const request = {
    workload,
    ...(namespace === undefined ? {} : { namespace }),
    ...(context === undefined ? {} : { context }),
  };
  let last: Verdict | undefined;
  try {
    for await (const found of engine.followVerdict(request, AbortSignal.any([signal, limit]))) {
      last = found;
      for (const line of options.json ? [JSON.stringify(found)] : describe(found)) terminal.out(line);
      if (!options.watch || found.state === 'healthy' || found.state === 'failed') break;
    }
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    terminal.err(`${options.timeout} s are over; this is how it stands.`);
  }
  return codes[last?.state ?? 'stuck'];
}

const codes: Readonly<Record<Verdict['state'], ExitCode>> = {
  healthy: exitCodes.passed,
  progressing: exitCodes.held,
  stuck: exitCodes.failed,
  failed: exitCodes.failed,
};

function describe({ state, sentence, action, lastLines }: Verdict): readonly string[] {
  return [
    `${marks[state]} ${visibleText(sentence)}`,
    ...(lastLines ?? []).map((line) => `    ${visibleText(line)}`),
    ...(action === undefined ? [] : [`→ ${visibleText(action)}`]),
  ];
}
