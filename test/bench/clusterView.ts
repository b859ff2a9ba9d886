import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, watch } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';
import { createClusters } from '../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../src/adapters/node/nodeProcesses.ts';
import { executeOrThrow } from '../lab/execute.ts';
import { makeWorkspace } from '../support/cliWorkspace.ts';
import { measure, openBenchHost, printDelays } from './benchHost.ts';
import { type BenchLab, projectFolder } from './benchLab.ts';
import { fillHollowCluster, type HollowCluster, startHollowControlPlane } from './hollowCluster.ts';
import type { Said } from './programs/followCluster.ts';
import { printNotes } from './report.ts';
import { type Spread, spreadOf } from './statistics.ts';

const shape = { namespaces: 10, deployments: 100, pods: 10_000, singles: 10 };
const rounds = 3;
/** Changes a second, and for how long, milliseconds. */
const rate = 500;
const duration = 20_000;
/** A view that has not read everything after so long, milliseconds, is not going to. */
const patience = 180_000;
const megabyte = 1_000_000;

interface Seen {
  /** Milliseconds from the start of the process. */
  readonly firstRow: number;
  readonly allRows: number;
}

interface Watched extends Seen {
  /** Bytes, after the changes. */
  readonly memory: number;
  readonly peakMemory: number;
  readonly rate: number;
}

/** A process that follows all pods of the cluster. */
interface View {
  readonly seen: Promise<Seen>;
  readonly process: ChildProcess;
  /** When it has shown that a workload's pod crashes, milliseconds since the epoch. */
  crashed(name: string): Promise<number>;
  /** Sends a message to Towline's own process and gives its report. */
  report?(): Promise<Extract<Said, { readonly type: 'report' }>>;
  end(): Promise<void>;
}

export async function run(lab: BenchLab): Promise<void> {
  let plane: Awaited<ReturnType<typeof startHollowControlPlane>>;
  try {
    plane = await startHollowControlPlane();
  } catch (error) {
    console.log(`  skipped: ${error instanceof Error ? error.message : error}`);
    return;
  }
  try {
    const environment = { ...process.env, KUBECONFIG: plane.kubeconfig };
    const processes = createProcesses({ environment });
    const clusters = createClusters({ environment, homeFolder: homedir(), processes });
    const began = performance.now();
    const cluster = await fillHollowCluster(clusters, plane.store, shape);
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `  ${cluster.podCount} pods of ${shape.deployments + shape.singles} Deployments written in ${seconds} s`,
    );
    await compare(await bundleProgram(lab), plane.kubeconfig, cluster);
    await printHost(lab, plane.kubeconfig, cluster);
  } finally {
    await plane.stop();
  }
}

async function compare(program: string, kubeconfig: string, cluster: HollowCluster): Promise<void> {
  const towline = (): View => openTowline(program, kubeconfig, cluster.podCount);
  const kubectl = (): View => openKubectl(kubeconfig, cluster.podCount);
  const first = { towline: [] as Seen[], kubectl: [] as Seen[] };
  for (let round = 0; round < rounds; round += 1)
    for (const [name, open] of [
      ['towline', towline],
      ['kubectl', kubectl],
    ] as const) {
      const view = open();
      first[name].push(await view.seen);
      await view.end();
    }
  console.log(
    "  A  Towline's store in a Node.js process of its own: node followCluster.js (bundled as the extension is)",
  );
  console.log('  B  kubectl: kubectl get pods -A -w');
  printLine('process start to first row, s', first, ({ firstRow }) => firstRow / 1000);
  printLine('process start to all rows, s', first, ({ allRows }) => allRows / 1000);

  const busy = { towline: await follow(towline(), cluster), kubectl: await follow(kubectl(), cluster) };
  const each = { towline: [busy.towline], kubectl: [busy.kubectl] };
  console.log(
    `  while ${rate} pods change a second for ${duration / 1000} s, one view after the other ` +
      `(made: ${busy.towline.rate.toFixed(0)} and ${busy.kubectl.rate.toFixed(0)} a second)`,
  );
  printLine('resident memory after it, MB', each, ({ memory }) => memory / megabyte);
  printLine('most resident memory, MB', each, ({ peakMemory }) => peakMemory / megabyte);
  await compareLatency(towline(), kubectl(), cluster);
  await weigh(program, kubeconfig, cluster);
  printNotes([
    'A follows, beside the pods, Deployments, StatefulSets, DaemonSets, Jobs, CronJobs, ReplicaSets, warnings, quotas and nodes,',
    '  and judges the health of each workload with each change; B prints a line of each pod.',
    'The pods are objects on an API server on this machine; the processes that change them take their part of its processors.',
  ]);
}

async function follow(view: View, cluster: HollowCluster): Promise<Watched> {
  const seen = await view.seen;
  const made = await cluster.change(rate, duration);
  const memory = await readMemory(view.process);
  await view.end();
  return { ...seen, ...memory, rate: made };
}

/** From asking for the change of a pod's status to the view's saying what is wrong. */
async function compareLatency(a: View, b: View, cluster: HollowCluster): Promise<void> {
  await a.seen;
  await b.seen;
  const waits = { towline: [] as number[], kubectl: [] as number[] };
  for (const name of cluster.singles) {
    const shown = [a.crashed(name), b.crashed(name)] as const;
    const asked = await cluster.crash(name);
    const [atA, atB] = await Promise.all(shown);
    waits.towline.push(atA - asked);
    waits.kubectl.push(atB - asked);
  }
  await a.end();
  await b.end();
  console.log(
    `  a pod that crashes, ${cluster.singles.length} times; both views at once, nothing else changes`,
  );
  printLine('write to verdict (A), to line (B), ms', waits, (wait) => wait, 0);
}

/** What the store itself takes of the process, and for how long the process did not answer. */
async function weigh(program: string, kubeconfig: string, cluster: HollowCluster): Promise<void> {
  const idle = openTowline(program, kubeconfig, 0);
  const view = openTowline(program, kubeconfig, cluster.podCount);
  await view.seen;
  const reading = await view.report?.();
  view.process.send('reset');
  idle.process.send('reset');
  await cluster.change(rate, duration);
  const changing = await view.report?.();
  const [memory, idleMemory] = [await readMemory(view.process), await readMemory(idle.process)];
  const resting = await idle.report?.();
  await view.end();
  await idle.end();
  if (!reading || !changing || !resting) return;
  const heap = changing.heap - resting.heap;
  console.log('  A beside the same process with nothing to do');
  console.log(`  ${'longest event-loop delay, ms'.padEnd(40)} idle ${resting.longestDelay.toFixed(0)}`);
  console.log(`  ${''.padEnd(40)} while the first lists are read ${reading.longestDelay.toFixed(0)}`);
  console.log(
    `  ${''.padEnd(40)} while ${rate} pods change a second ${changing.longestDelay.toFixed(0)} (${changing.changes} updates told)`,
  );
  console.log(
    `  ${'memory of the store, MB'.padEnd(40)} ${(heap / megabyte).toFixed(1)} of heap, ` +
      `${(heap / cluster.podCount).toFixed(0)} bytes a pod; ` +
      `${((memory.memory - idleMemory.memory) / megabyte).toFixed(1)} resident, with what lists leave behind`,
  );
}

/** The same cluster in the view of a real VS Code. */
async function printHost(lab: BenchLab, kubeconfig: string, cluster: HollowCluster): Promise<void> {
  await using host = await openBenchHost(lab);
  const workspace = makeWorkspace(lab.registry.host);
  const changing = join(lab.folder, 'changing');
  const before = await countPodWatches(kubeconfig);
  const changed = changeWhile(changing, async () => {
    if ((await countPodWatches(kubeconfig)) <= before) throw new Error('The view does not follow the pods.');
    return await cluster.change(rate, duration);
  });
  try {
    const environment = { ...workspace.environment, KUBECONFIG: kubeconfig };
    const open = { folder: workspace.folder, environment };
    const { cluster: delays = {} } = await measure(host, open, { kind: 'cluster', changing });
    printDelays(`${cluster.podCount} pods read, then followed while they change`, delays);
    console.log(`  ${(await changed.made).toFixed(0)} changes a second were made meanwhile`);
  } finally {
    changed.dispose();
    workspace.sandbox.remove();
  }
}

/** Watches of pods that the API server serves at the moment, as its own metrics tell. */
async function countPodWatches(kubeconfig: string): Promise<number> {
  const env = { KUBECONFIG: kubeconfig };
  const metrics = await executeOrThrow('kubectl', ['get', '--raw', '/metrics'], { env });
  const gauges = metrics.matchAll(/^apiserver_longrunning_(?:gauge|requests)\{([^}]*)\} (\d+)/gm);
  return [...gauges]
    .filter(([, labels = '']) => labels.includes('resource="pods"') && labels.includes('verb="WATCH"'))
    .reduce((sum, [, , count]) => sum + Number(count), 0);
}

/** Changes something once the file is there, and takes it away at the end. */
function changeWhile(
  file: string,
  change: () => Promise<number>,
): { dispose(): void; readonly made: Promise<number> } {
  const made = Promise.withResolvers<number>();
  made.promise.catch(() => undefined);
  const watcher = watch(dirname(file), (_event, name) => {
    if (name !== basename(file) || !existsSync(file)) return;
    watcher.close();
    change()
      .finally(() => rm(file))
      .then(made.resolve, made.reject);
  });
  return { made: made.promise, dispose: () => watcher.close() };
}

function printLine<T>(
  what: string,
  { towline, kubectl }: { readonly towline: readonly T[]; readonly kubectl: readonly T[] },
  figure: (one: T) => number,
  digits = 2,
): void {
  const a = spreadOf(towline.map(figure));
  const b = spreadOf(kubectl.map(figure));
  const show = ({ minimum, median, maximum }: Spread): string =>
    minimum === maximum
      ? median.toFixed(digits)
      : `${median.toFixed(digits)} (${minimum.toFixed(digits)} to ${maximum.toFixed(digits)})`;
  console.log(`  ${what.padEnd(40)} A ${show(a)}   B ${show(b)}   A/B ${(a.median / b.median).toFixed(2)}`);
}

async function bundleProgram({ folder }: BenchLab): Promise<string> {
  const outfile = join(folder, 'followCluster.js');
  await build({
    entryPoints: [join(projectFolder, 'test/bench/programs/followCluster.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    minify: true,
    logLevel: 'error',
  });
  return outfile;
}

function openTowline(program: string, kubeconfig: string, pods: number): View {
  const child = fork(program, [String(pods)], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    execArgv: ['--expose-gc'],
  });
  const gone = new Promise<never>((_resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`followCluster.js ended with ${code}`)));
  });
  gone.catch(() => undefined);
  const listen = <Type extends Said['type']>(
    type: Type,
    wanted: (said: Extract<Said, { readonly type: Type }>) => boolean = () => true,
  ): Promise<Extract<Said, { readonly type: Type }>> =>
    Promise.race([
      gone,
      new Promise<Extract<Said, { readonly type: Type }>>((resolve) => {
        const take = (said: Said): void => {
          if (said.type !== type || !wanted(said as Extract<Said, { readonly type: Type }>)) return;
          child.off('message', take);
          resolve(said as Extract<Said, { readonly type: Type }>);
        };
        child.on('message', take);
      }),
    ]);
  const [rows, all] = [listen('rows'), listen('all')];
  const seen = inTime(
    Promise.all([rows, all]).then(([{ sinceStart: firstRow }, { sinceStart: allRows }]) => ({
      firstRow,
      allRows,
    })),
  );
  for (const promise of [rows, all, seen]) promise.catch(() => undefined);
  return {
    seen,
    process: child,
    crashed: async (name) => {
      await inTime(listen('verdict', (said) => said.name === name && said.reason === 'crashed'));
      return Date.now();
    },
    report() {
      const report = inTime(listen('report'));
      child.send('report');
      return report;
    },
    end: () => end(child),
  };
}

function openKubectl(kubeconfig: string, pods: number): View {
  const started = performance.now();
  const child = spawn('kubectl', ['get', 'pods', '-A', '-w'], {
    env: { ...process.env, KUBECONFIG: kubeconfig },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const listeners = new Set<(text: string) => void>();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    for (const listener of [...listeners]) listener(text);
  });
  const seen = new Promise<Seen>((resolve) => {
    let lines = -1;
    let firstRow: number | undefined;
    const count = (text: string): void => {
      lines += text.split('\n').length - 1;
      if (lines > 0) firstRow ??= performance.now() - started;
      if (lines < pods || firstRow === undefined) return;
      listeners.delete(count);
      resolve({ firstRow, allRows: performance.now() - started });
    };
    listeners.add(count);
  });
  return {
    seen: inTime(seen),
    process: child,
    crashed: (name) =>
      inTime(
        new Promise((resolve) => {
          let held = '';
          const look = (text: string): void => {
            held = `${held}${text}`.slice(-10_000);
            if (!new RegExp(`${name}-\\S+ .*CrashLoopBackOff`).test(held)) return;
            listeners.delete(look);
            resolve(Date.now());
          };
          listeners.add(look);
        }),
      ),
    end: () => end(child),
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`nothing came for ${patience / 1000} s`)), patience);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

async function readMemory({
  pid,
}: ChildProcess): Promise<{ readonly memory: number; readonly peakMemory: number }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  return { memory: read('VmRSS'), peakMemory: read('VmHWM') };
}
