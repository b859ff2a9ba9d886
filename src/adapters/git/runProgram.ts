import { type ChildProcess, spawn } from 'node:child_process';

export interface ProgramRequest {
  readonly program: string;
  readonly args: readonly string[];
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly input?: Uint8Array | string | undefined;
}

export interface ProgramResult {
  /** 128 plus the signal's number is not used: an end by signal reads -1. */
  readonly exitCode: number;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Milliseconds between asking a cancelled program to end and killing it. */
const patience = 2000;
/** Milliseconds of silence after the exit before a descendant that still holds the pipes is left alone. */
const silence = 250;

/**
 * Runs a program to its end, collecting what it writes. The program leads a process group of its own, which
 * ends as a whole when the signal aborts; the promise then rejects with the signal's reason, after the end.
 * Rejects with Node's own error when the program cannot be started.
 */
export function runProgram(request: ProgramRequest, signal: AbortSignal): Promise<ProgramResult> {
  signal.throwIfAborted();
  const child = startProgram(request, request.input === undefined ? 'ignore' : 'pipe');
  const { promise, resolve, reject } = Promise.withResolvers<ProgramResult>();
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  let quietTicks = 0;
  let quietTimer: NodeJS.Timeout | undefined;
  let killTimer: NodeJS.Timeout | undefined;

  const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
    quietTicks = 0;
    chunks.push(chunk);
  };
  child.stdout?.on('data', collect(stdout));
  child.stderr?.on('data', collect(stderr));
  // A program that ends without reading its input is judged by its exit code.
  child.stdin?.on('error', () => {});
  child.stdin?.end(request.input);

  const onAbort = () => {
    endGroup(child, 'SIGTERM');
    killTimer = setTimeout(() => endGroup(child, 'SIGKILL'), patience);
  };
  signal.addEventListener('abort', onAbort, { once: true });

  const settle = (outcome: () => void) => {
    clearInterval(quietTimer);
    clearTimeout(killTimer);
    signal.removeEventListener('abort', onAbort);
    outcome();
  };
  const finish = (code: number | null) => {
    child.stdout?.destroy();
    child.stderr?.destroy();
    settle(() => {
      if (signal.aborted) reject(signal.reason);
      else
        resolve({
          exitCode: code ?? -1,
          stdout: Buffer.concat(stdout),
          stderr: Buffer.concat(stderr).toString(),
        });
    });
  };
  child.once('error', (error) => settle(() => reject(error)));
  child.once('close', finish);
  child.once('exit', (code) => {
    if (signal.aborted) endGroup(child, 'SIGKILL');
    // Two ticks, because the first may come late, before the rest of the output was read.
    quietTimer = setInterval(() => {
      quietTicks += 1;
      if (quietTicks > 1) finish(code);
    }, silence);
  });
  return promise;
}

/** Starts a program as the leader of a process group of its own. */
export function startProgram(
  { program, args, folder, environment }: Omit<ProgramRequest, 'input'>,
  input: 'ignore' | 'pipe',
): ChildProcess {
  return spawn(program, [...args], {
    cwd: folder,
    env: { ...environment },
    stdio: [input, 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
}

/** Ends a program and everything in its group. */
export function endGroup(child: ChildProcess, how: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  try {
    process.kill(-child.pid, how);
  } catch {
    // The whole group has ended already.
  }
}
