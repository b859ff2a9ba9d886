import { homedir } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createClusters } from '../../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import { createSystemClock } from '../../../src/adapters/node/systemClock.ts';
import { healthOfWorkload } from '../../../src/domain/workloads/health.ts';
import { followWorkloads } from '../../../src/engine/workloads/followWorkloads.ts';
import { judgeWorkload } from '../../../src/engine/workloads/judgeWorkload.ts';

/**
 * What the view of a cluster costs the process it runs in: follows the workloads of the current context, and says on its
 * IPC channel what it sees. `followCluster.js <pods to wait for>`; with 0 it stays idle.
 */
export type Said =
  /** Milliseconds since the process was started, and since the first question to the cluster. */
  | { readonly type: 'rows' | 'all'; readonly sinceStart: number; readonly sinceAsked: number }
  | {
      readonly type: 'report';
      /** Milliseconds, the timer's own pace included. */
      readonly longestDelay: number;
      readonly changes: number;
      /** Bytes in use after a collection of garbage. */
      readonly heap: number;
    }
  /** The first verdict on a workload that says that something is wrong. */
  | { readonly type: 'verdict'; readonly name: string; readonly reason: string };

const pods = Number(process.argv[2]);
const say = (message: Said): void => void process.send?.(message);
const delays = monitorEventLoopDelay({ resolution: 10 });
delays.enable();
let changes = 0;

process.on('message', (asked: 'reset' | 'report') => {
  if (asked === 'reset') {
    delays.reset();
    changes = 0;
    return;
  }
  const longestDelay = delays.max / 1e6;
  globalThis.gc?.();
  say({ type: 'report', longestDelay, changes, heap: process.memoryUsage().heapUsed });
});
process.on('disconnect', () => process.exit());

if (pods > 0) {
  const environment = process.env;
  const clusters = createClusters({
    environment,
    homeFolder: homedir(),
    processes: createProcesses({ environment }),
  });
  const asked = performance.now();
  const clock = createSystemClock();
  const reads = clusters.connect(clusters.readContexts().current ?? '');
  const followed = followWorkloads({ reads, clock }, {}, new AbortController().signal);
  const told = new Set<string>();
  let next: 'rows' | 'all' | undefined = 'rows';
  followed.onChange(({ workloads }) => {
    const { index, status } = followed;
    changes += 1;
    for (const uid of workloads) {
      // What a row of the tree is made of; a verdict is asked for where somebody looks at one.
      const group = index.group(uid);
      if (!group || healthOfWorkload(group, Date.now()).level !== 'unhealthy' || told.has(uid)) continue;
      const verdict = judgeWorkload(index, uid, { now: clock.now() });
      if (!verdict?.reason) continue;
      told.add(uid);
      say({ type: 'verdict', name: group.workload.name, reason: verdict.reason });
    }
    const isThere =
      next === 'rows' ? index.podCount > 0 : index.podCount >= pods && status.state.kind === 'live';
    if (next === undefined || !isThere) return;
    say({ type: next, sinceStart: performance.now(), sinceAsked: performance.now() - asked });
    next = next === 'rows' ? 'all' : undefined;
  });
}
