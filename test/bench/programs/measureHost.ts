import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import * as vscode from 'vscode';
import { decodeRecords } from '../../../src/engine/runs/journalRecord.ts';
import { logName } from '../../../src/engine/runs/stepReport.ts';
import { ids, schemes } from '../../../src/vscode/ids.ts';
import { observe } from '../../support/hostObserver.ts';
import type { HostMeasures, HostTask, Loaded, LoopDelay } from '../hostMeasures.ts';

/** Printed before anything else, so that the runner can tell this from the editor's words. */
export const measuringBegins = '::measuring';

const towlineId = 'towline.towline';
const waitLimit = 240_000;
/** Milliseconds after which a new window has done what it does at its start. */
const startTime = 4_000;
/** Milliseconds in which nothing is done. */
const idleTime = 5_000;
/** Milliseconds in which the view of a large cluster has read it: several times what the store takes by itself. */
const readingTime = 40_000;

/** Measures what the task asks for in this extension host, and writes it to the task's file. */
export async function measureHost(): Promise<void> {
  console.log(measuringBegins);
  const task: HostTask = JSON.parse(process.env.TOWLINE_BENCH_TASK ?? '');
  const measured: HostMeasures = { [task.kind]: await measures[task.kind](task) };
  writeFileSync(task.report, JSON.stringify(measured));
}

const measures = { activation, loading, streaming, manyRuns, cluster };

/** Milliseconds that activating takes; each extension's first, as this host is new. */
async function activation({ extensions }: HostTask): Promise<Readonly<Record<string, number>>> {
  await pause(startTime);
  const times: Record<string, number> = {};
  for (const id of extensions) {
    const extension = vscode.extensions.getExtension(id);
    if (!extension || extension.isActive) throw new Error(`${id} is not there, or active already.`);
    const start = performance.now();
    await extension.activate();
    times[id] = performance.now() - start;
  }
  return times;
}

async function loading({ folder }: HostTask): Promise<Readonly<Record<string, Loaded>>> {
  const extension = vscode.extensions.getExtension(towlineId);
  if (!extension) throw new Error('Towline is not there.');
  const bundle = join(extension.extensionPath, 'dist/extension');
  const loadedBy = async (action: () => PromiseLike<unknown>): Promise<Loaded> => {
    const { loaded } = await observe(bundle, async () => action());
    return { files: loaded.size, bytes: [...loaded.values()].reduce((sum, size) => sum + size, 0) };
  };
  const activating = await loadedBy(() => extension.activate());
  const opening = await loadedBy(async () => {
    await vscode.commands.executeCommand(`${ids.views.services}.focus`);
    await waitUntil('the services are read', () => existsSync(join(folder, '.git/towline')));
    await pause(1000);
  });
  const running = await loadedBy(async () => {
    await buildAndPush(folder);
    await runEnded(folder, 1);
  });
  return { activating, opening, running };
}

async function streaming(task: HostTask): Promise<Readonly<Record<string, LoopDelay>>> {
  await showRuns();
  await pause(startTime);
  const idle = await loopDelay(() => pause(idleTime));
  const following = await stream(task, newestRun(task.folder) + 1);
  return { idle, following };
}

async function manyRuns(task: HostTask): Promise<Readonly<Record<string, LoopDelay>>> {
  const settings = vscode.workspace.getConfiguration();
  await settings.update('towline.runs.shown', task.runs, vscode.ConfigurationTarget.Global);
  await pause(startTime);
  const idle = await loopDelay(() => pause(idleTime));
  const opening = await loopDelay(async () => {
    await showRuns();
    // Nothing tells when the last row is drawn; reading 1,000 journals takes a small part of this.
    await pause(idleTime);
  });
  const reading = await loopDelay(async () => {
    await vscode.commands.executeCommand(ids.commands.refresh);
    await pause(1000);
  });
  const following = await stream(task, newestRun(task.folder) + 1);
  return { idle, opening, reading, following };
}

/** The first context of the kubeconfig opened, with its first namespace, and then followed while its pods change. */
async function cluster({ changing = '' }: HostTask): Promise<Readonly<Record<string, LoopDelay>>> {
  await vscode.commands.executeCommand(`${ids.views.services}.focus`);
  await vscode.commands.executeCommand(`${ids.views.clusters}.focus`);
  await pause(startTime);
  const idle = await loopDelay(() => pause(idleTime));
  const reading = await loopDelay(async () => {
    await openRow('list.focusFirst');
    await pause(readingTime);
  });
  await openRow('list.focusDown');
  const following = await loopDelay(async () => {
    writeFileSync(changing, '');
    await waitUntil('the pods have changed', () => !existsSync(changing));
  });
  return { idle, reading, following };
}

async function openRow(focus: string): Promise<void> {
  await vscode.commands.executeCommand(`${ids.views.clusters}.focus`);
  await vscode.commands.executeCommand(focus);
  await vscode.commands.executeCommand('list.expand');
}

/** A run whose test writes many lines, with its log open and following. */
function stream({ folder, lines }: HostTask, run: number): Promise<LoopDelay> {
  return loopDelay(async () => {
    await buildAndPush(folder);
    await waitUntil('the test writes', () =>
      existsSync(join(folder, '.git/towline/runs', `${run}.${logName('api', 'test')}.log`)),
    );
    // The window hears of it a moment later.
    await pause(500);
    const target = { repository: join(folder, '.git'), run, service: 'api', step: 'test' };
    await vscode.commands.executeCommand(ids.commands.showLog, { target });
    await waitUntil('the log shows all lines', () =>
      vscode.workspace.textDocuments.some(
        ({ uri, lineCount }) => uri.scheme === schemes.log && lineCount >= lines,
      ),
    );
    await runEnded(folder, run);
    await pause(500);
  });
}

async function loopDelay(action: () => Promise<unknown>): Promise<LoopDelay> {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const start = performance.now();
  const work = watchWork();
  histogram.enable();
  await action();
  histogram.disable();
  const longestWork = work.end();
  return {
    longest: histogram.max / 1e6,
    p99: histogram.percentile(99) / 1e6,
    ...(longestWork === undefined ? {} : { longestWork }),
    seconds: (performance.now() - start) / 1000,
  };
}

/** The most processor time that this thread spent between two turns: what a busy machine adds is not in it. */
function watchWork(): { end(): number | undefined } {
  // Node.js 22 does not have it.
  const read = 'threadCpuUsage' in process ? process.threadCpuUsage : undefined;
  if (!read) return { end: () => undefined };
  const now = (): number => {
    const { user, system } = read.call(process);
    return (user + system) / 1000;
  };
  let last = now();
  let longest = 0;
  const timer = setInterval(() => {
    const spent = now();
    longest = Math.max(longest, spent - last);
    last = spent;
  }, 1);
  return {
    end() {
      clearInterval(timer);
      return longest;
    },
  };
}

async function showRuns(): Promise<void> {
  await vscode.commands.executeCommand(`${ids.views.services}.focus`);
  await vscode.commands.executeCommand(`${ids.views.runs}.focus`);
}

async function buildAndPush(folder: string): Promise<void> {
  const target = { repository: join(folder, '.git'), service: 'api' };
  await vscode.commands.executeCommand(ids.commands.buildAndPush, { target });
}

function newestRun(folder: string): number {
  const runs = join(folder, '.git/towline/runs');
  if (!existsSync(runs)) return 0;
  return Math.max(
    0,
    ...readdirSync(runs).flatMap((name) => (name.endsWith('.jsonl') ? Number.parseInt(name, 10) : [])),
  );
}

async function runEnded(folder: string, run: number): Promise<void> {
  const journal = join(folder, '.git/towline/runs', `${run}.jsonl`);
  await waitUntil(`run ${run} ends`, () => {
    if (!existsSync(journal)) return false;
    return decodeRecords(readFileSync(journal)).events.some(({ type }) => type === 'run-finished');
  });
}

async function waitUntil(what: string, look: () => boolean): Promise<void> {
  const deadline = performance.now() + waitLimit;
  while (!look()) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await pause(100);
  }
}
