import { spawn } from 'node:child_process';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** One command line whose whole process is timed, from its start to its exit. */
export interface Contestant {
  readonly name: string;
  /** The command line as a person would type it. */
  readonly shown: string;
  readonly words: readonly [string, ...string[]];
  readonly folder: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Makes what the next process finds; its time does not count. */
  readonly prepare?: (round: number) => Promise<void>;
  /** Throws where the process did not do the work that is compared. */
  readonly check?: (output: string) => void;
}

export interface Timing {
  readonly name: string;
  readonly shown: string;
  /** Seconds, in the order of the rounds. */
  readonly seconds: readonly number[];
}

export interface Rounds {
  readonly runs: number;
  readonly warmUps: number;
}

/**
 * Times contestants in turn, A B A B …, so that a change in the machine's speed meets all of them alike. Output
 * goes to a file, as a pipe would make the measuring process part of what is measured.
 */
export async function takeTurns(
  contestants: readonly Contestant[],
  { runs, warmUps }: Rounds,
): Promise<readonly Timing[]> {
  const timings = contestants.map(({ name, shown }) => ({ name, shown, seconds: [] as number[] }));
  for (let round = 0; round < warmUps + runs; round += 1) {
    for (const [index, contestant] of contestants.entries()) {
      await contestant.prepare?.(round);
      const { seconds, output } = await timeProcess(contestant);
      contestant.check?.(output);
      if (round >= warmUps) timings[index]?.seconds.push(seconds);
    }
  }
  return timings;
}

/** Runs a command to its exit. Throws with its last words where it fails. */
export async function timeProcess({
  words: [program, ...args],
  folder,
  environment,
}: Pick<Contestant, 'words' | 'folder' | 'environment'>): Promise<{
  readonly seconds: number;
  readonly output: string;
}> {
  const scratch = await mkdtemp(join(tmpdir(), 'towline-output-'));
  const file = join(scratch, 'output');
  const handle = await open(file, 'w');
  try {
    const start = performance.now();
    const child = spawn(program, args, {
      cwd: folder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', handle.fd, handle.fd],
    });
    const code = await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (status) => resolve(status ?? 137));
    });
    const seconds = (performance.now() - start) / 1000;
    const output = await readFile(file, 'utf8');
    if (code !== 0)
      throw new Error(`${[program, ...args].join(' ')} ended with ${code}:\n${output.slice(-2000)}`);
    return { seconds, output };
  } finally {
    await handle.close();
    await rm(scratch, { recursive: true, force: true });
  }
}
