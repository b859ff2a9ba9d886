import { type SpawnOptions, spawn } from 'node:child_process';

export interface Execution {
  /** Exit code; 127 where the program does not exist, 128 + signal-like where it was killed. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ExecuteOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds; the program is killed afterwards. */
  readonly timeout?: number;
  /** Stops the program with SIGTERM. */
  readonly signal?: AbortSignal;
}

const killedCode = 137;

/** Runs a program to its end and gives what it wrote. Never throws: a missing program is exit code 127. */
export function execute(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<Execution> {
  const child = spawn(command, args, { ...spawnOptions(options), stdio: ['ignore', 'pipe', 'pipe'] });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => stdout.push(data));
  child.stderr.on('data', (data: Buffer) => stderr.push(data));
  return new Promise((resolve) => {
    const finish = (code: number, extra = '') =>
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString() + extra,
      });
    child.once('error', (error) => finish(127, error.message));
    child.once('close', (code) => finish(code ?? killedCode));
  });
}

/** Like `execute`, but throws where the program fails, with the end of what it said. */
export async function executeOrThrow(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<string> {
  const { code, stdout, stderr } = await execute(command, args, options);
  if (code === 0) return stdout;
  const said = (stderr.trim() || stdout.trim()).split('\n').slice(-8).join('\n');
  throw new Error(`${command} ${args.join(' ')} ended with ${code}:\n${said}`);
}

/** Runs a program on this terminal and gives its exit code. */
export function runVisibly(
  command: string,
  args: readonly string[],
  options: ExecuteOptions = {},
): Promise<number> {
  const child = spawn(command, args, { ...spawnOptions(options), stdio: 'inherit' });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      // An abort is an error here, but the program still ends and `close` tells so.
      if (error.name === 'AbortError') return;
      console.error(`${command}: ${error.message}`);
      resolve(127);
    });
    child.once('close', (code) => resolve(code ?? killedCode));
  });
}

function spawnOptions({ cwd, env, timeout, signal }: ExecuteOptions): SpawnOptions {
  return {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    ...(signal === undefined ? {} : { signal }),
    ...(timeout === undefined ? {} : { timeout: timeout * 1000, killSignal: 'SIGKILL' as const }),
  };
}
