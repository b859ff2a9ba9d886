import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { RunEvent } from '../../src/domain/runs/runEvent.ts';
import type { RunState } from '../../src/domain/runs/runState.ts';
import type { PortCall } from './faultPorts.ts';

/** Where a Towline process ends itself with SIGKILL. */
export type KillPoint = CallPoint | { /** After its start. */ readonly milliseconds: number };

export interface CallPoint {
  readonly call: PortCall;
  readonly when: 'before' | 'after';
}

export interface FaultOrder {
  /** Runs to make one after the other; `resume` goes on from the newest run. */
  readonly actions: readonly ('run' | 'resume')[];
  readonly kill?: KillPoint;
}

/** What the process says, in the order it happened. */
export type FaultReport =
  | { readonly type: 'call'; readonly call: PortCall }
  | { readonly type: 'event'; readonly event: RunEvent }
  | { readonly type: 'ended'; readonly state: RunState }
  | { readonly type: 'dying'; readonly at: string };

export interface FaultOutcome {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly calls: readonly PortCall[];
  /** Acknowledged: announced by the engine, so on disk before. */
  readonly events: readonly RunEvent[];
  readonly ended: readonly RunState[];
  /** Its own last word before the kill. */
  readonly dying: string | undefined;
  readonly errors: string;
}

export interface FaultProgram extends AsyncDisposable {
  run(
    folder: string,
    environment: Readonly<Record<string, string>>,
    order: FaultOrder,
  ): Promise<FaultOutcome>;
  /** The same, with the process in hand. */
  start(
    folder: string,
    environment: Readonly<Record<string, string>>,
    order: FaultOrder,
  ): { readonly child: ChildProcess; readonly outcome: Promise<FaultOutcome> };
}

/** Bundles the program once, because hundreds of starts from source would take most of the time. */
export async function makeFaultProgram(): Promise<FaultProgram> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-faults-program-'));
  const root = join(import.meta.dirname, '../..');
  await build({
    absWorkingDir: root,
    entryPoints: { program: 'test/faults/programs/runTowline.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    external: ['cpu-features', '*.node'],
    logLevel: 'warning',
    banner: {
      js: "import { createRequire as __make } from 'node:module'; const require = __make(import.meta.url); const __dirname = import.meta.dirname; const __filename = import.meta.filename;",
    },
  });
  const start: FaultProgram['start'] = (where, environment, order) =>
    startProgram(
      { file: join(folder, 'program.mjs'), output: join(folder, `output-${randomUUID()}`) },
      where,
      { ...environment, NODE_COMPILE_CACHE: join(folder, 'compiled') },
      order,
    );
  return {
    start,
    run: (where, environment, order) => start(where, environment, order).outcome,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

function startProgram(
  { file, output }: { readonly file: string; readonly output: string },
  folder: string,
  environment: Readonly<Record<string, string>>,
  order: FaultOrder,
): ReturnType<FaultProgram['start']> {
  // A file and not a pipe: the program's words are out before it dies, however slowly they are read here.
  const descriptor = openSync(output, 'a');
  const child = spawn(process.execPath, [file, JSON.stringify(order)], {
    cwd: folder,
    env: { ...environment },
    stdio: ['ignore', descriptor, 'pipe'],
  });
  closeSync(descriptor);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const outcome = new Promise<FaultOutcome>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal, ...readReports(output), errors }));
  });
  return { child, outcome };
}

function readReports(file: string): Pick<FaultOutcome, 'calls' | 'events' | 'ended' | 'dying'> {
  const reports = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as FaultReport);
  return {
    calls: reports.flatMap((report) => (report.type === 'call' ? report.call : [])),
    events: reports.flatMap((report) => (report.type === 'event' ? report.event : [])),
    ended: reports.flatMap((report) => (report.type === 'ended' ? report.state : [])),
    dying: reports.flatMap((report) => (report.type === 'dying' ? report.at : [])).at(-1),
  };
}
