import type { Failure } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { sentenceWithPlace } from '../../domain/verdict/sentenceWithPlace.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { ManifestLinesRequest } from '../../engine/rollouts/manifestLines.ts';
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
  /** An environment, whose manifests tell the line that is meant. */
  readonly env?: string;
  readonly watch?: boolean;
  /** Seconds. */
  readonly timeout: number;
  readonly json?: boolean;
}

/** `towline verdict <workload>`: how a rollout stands. A time that has run out is never a success. */
export async function verdict(
  { engine, terminal, folder, signal }: CommandContext,
  workload: string,
  options: VerdictOptions,
): Promise<ExitCode> {
  const limit = AbortSignal.timeout(options.timeout * 1000);
  const { namespace, context, env } = options;
  const request = {
    workload,
    ...(namespace === undefined ? {} : { namespace }),
    ...(context === undefined ? {} : { context }),
    ...(env === undefined ? {} : { manifests: await openManifests(env) }),
    onStale: (failure: Failure | undefined) =>
      terminal.err(failure ? visibleText(describeStale(failure)) : 'The cluster answers again.'),
  };
  let last: Verdict | undefined;

  async function openManifests(environment: string): Promise<ManifestLinesRequest> {
    const opened = await engine.open(folder, signal);
    return { opened, environment, onUnplaced: (why) => terminal.err(visibleText(`${why}.`)) };
  }

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

function describeStale({ what, why }: Failure): string {
  return `${what}: ${why.replace(/\.$/, '')}. Goes on when it answers.`;
}

function describe(verdict: Verdict): readonly string[] {
  const { state, action, lastLines } = verdict;
  return [
    visibleText(`${marks[state]} ${sentenceWithPlace(verdict)}`),
    ...(lastLines ?? []).map((line) => `    ${visibleText(line)}`),
    ...(action === undefined ? [] : [`→ ${visibleText(action)}`]),
  ];
}
