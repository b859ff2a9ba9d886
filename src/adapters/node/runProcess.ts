import type { ChildProcess } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import type { ProcessRequest, ProcessResult } from '../../engine/ports/processes.ts';
import { endProcessTree, waitUntil } from './endProcess.ts';
import { isGroupAlive } from './processStatus.ts';
import { spawnProgram } from './spawnProgram.ts';

export interface Patience {
  /** Between asking processes to end and killing them. Milliseconds. */
  readonly killAfter: number;
  /** How long what a program left behind may go on after the program itself has ended. Milliseconds. */
  readonly lingerFor: number;
}

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly exit: Promise<ProcessResult>;
  /** Both output streams have ended: nobody can write to them any more. */
  readonly drained: Promise<void>;
}

async function start(request: ProcessRequest): Promise<Started> {
  const exit = Promise.withResolvers<ProcessResult>();
  const drained = Promise.withResolvers<void>();
  const child = await spawnProgram(request, ['ignore', 'pipe', 'pipe'], (fresh) => {
    fresh.on('exit', (code, signal) =>
      exit.resolve({ exitCode: code ?? undefined, signal: signal ?? undefined }),
    );
    fresh.on('close', () => drained.resolve());
    for (const name of ['stdout', 'stderr'] as const) {
      fresh[name]?.setEncoding('utf8').on('data', (text: string) => request.onOutput(text, name));
    }
  });
  return { child, pid: child.pid ?? 0, exit: exit.promise, drained: drained.promise };
}

/** Waits for what the program left behind, then ends it, so that nothing runs on after the result. */
async function settle({ child, pid, drained }: Started, patience: Patience): Promise<void> {
  const isOver = () => process.platform === 'win32' || !isGroupAlive(pid);
  const waiting = new AbortController();
  const late = pause(patience.lingerFor, 'late', { signal: waiting.signal }).catch(() => undefined);
  const first = await Promise.race([drained, late]);
  waiting.abort();
  if (first === 'late' || !(await waitUntil(isOver, patience.lingerFor))) {
    await endProcessTree(pid, patience.killAfter);
  }
  // Whoever still holds them has left the group; they would keep this process from ending.
  child.stdout?.destroy();
  child.stderr?.destroy();
}

/** See `Processes.run`. */
export async function runProcess(
  request: ProcessRequest,
  patience: Patience,
  signal: AbortSignal,
): Promise<ProcessResult> {
  signal.throwIfAborted();
  const started = await start(request);
  const stopped = Promise.withResolvers<undefined>();
  const stop = () => {
    endProcessTree(started.pid, patience.killAfter).then(() => stopped.resolve(undefined), stopped.reject);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    const result = await Promise.race([started.exit, stopped.promise]);
    await settle(started, patience);
    if (signal.aborted) await stopped.promise;
    signal.throwIfAborted();
    // Without an abort only the program's own end wins the race.
    return result ?? (await started.exit);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
