import { TowlineError } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import { isTerminal, openRawTerminal } from '../rawTerminal.ts';
import type { CommandContext, ExitCode } from './commandContext.ts';

export interface ExecOptions {
  readonly context?: string;
  readonly namespace?: string;
  readonly container?: string;
  readonly stdin?: boolean;
  readonly tty: boolean;
}

/** `towline exec <workload> -- program…`: runs a program in a container; its exit code is the command's. */
export async function exec(
  { engine, terminal, signal }: CommandContext,
  workload: string,
  [program, ...words]: readonly string[],
  { context, namespace, container, stdin = false, ...options }: ExecOptions,
): Promise<ExitCode> {
  if (context === undefined)
    throw new TowlineError('context-unknown', {
      why: 'A program changes things, so its context must be named; the current one is never taken by itself.',
      next: 'Name one with --context.',
    });
  const tty = options.tty && isTerminal();
  const request = {
    ...{ workload, context, tty, command: [program ?? 'sh', ...words] as const },
    ...(namespace === undefined ? {} : { namespace }),
    ...(container === undefined ? {} : { container }),
  };
  const raw = openRawTerminal({ tty, stdin });
  try {
    return await engine.runInWorkload(
      request,
      raw.streams,
      ({ pod, container: name }) => {
        if (tty) terminal.err(terminal.style('dim', visibleText(`${name} in ${pod} on ${context}`)));
      },
      signal,
    );
  } finally {
    raw.restore();
  }
}
