import { nextProof } from '../../../domain/verdict/containerProof.ts';
import type { Verdict } from '../../../domain/verdict/verdict.ts';
import type { FindService } from '../../../domain/workloads/filterWorkloads.ts';
import { type Health, healthOfWorkload } from '../../../domain/workloads/health.ts';
import type { ClusterEvent, Pod } from '../../../domain/workloads/workload.ts';
import { byName, type WorkloadGroup } from '../../../domain/workloads/workloadGroup.ts';
import { judgeWorkload } from '../../../engine/workloads/judgeWorkload.ts';
import type { WorkloadIndex, WorkloadsChange } from '../../../engine/workloads/workloadIndex.ts';

/** A workload as a line shows it. */
export interface WorkloadRow extends WorkloadGroup {
  readonly health: Health;
  /** Name of the workspace's service that it runs. */
  readonly service?: string;
}

/** What the tree asks of a cluster: rows put together once, and again when something of them changed. */
export interface WorkloadRows {
  readonly index: WorkloadIndex;
  namespaces(): readonly string[];
  /** Services of the workspace first, then by name. */
  in(namespace: string): readonly WorkloadRow[];
  row(uid: string): WorkloadRow | undefined;
  /** Pods that belong to no workload. */
  loosePods(namespace: string): readonly Pod[];
  pod(uid: string): Pod | undefined;
  /** Warnings about a workload, or a pod; newest first. */
  events(uid: string): readonly ClusterEvent[];
  /** Why a workload stands as it does, from what is known now. */
  verdict(uid: string, now: number): Verdict | undefined;
  readonly podCount: number;
  /** Those that may look otherwise before long although nothing changes: something of them has just started. */
  settling(): readonly string[];
  /** Forgets what was put together of these; gives those that are new, gone, or better or worse than they were. */
  take(change: WorkloadsChange): ReadonlySet<string>;
}

interface KnownRow {
  readonly row: WorkloadRow;
  /** When it may look otherwise although nothing changes; milliseconds since the epoch. */
  readonly until: number;
}

/** @param clock the time in milliseconds since the epoch */
export function createWorkloadRows(
  index: WorkloadIndex,
  findService: FindService,
  clock: () => number,
): WorkloadRows {
  const known = new Map<string, KnownRow>();
  const verdicts = new Map<string, Verdict>();

  function row(uid: string): WorkloadRow | undefined {
    const now = clock();
    const made = known.get(uid);
    if (made && now <= made.until) return made.row;
    const group = index.group(uid);
    if (!group) return undefined;
    const service = findService(group.workload);
    const fresh = {
      ...group,
      health: healthOfWorkload(group, now),
      ...(service === undefined ? {} : { service }),
    };
    known.set(uid, { row: fresh, until: nextProof(group.pods, now) ?? Number.POSITIVE_INFINITY });
    return fresh;
  }

  return {
    index,
    namespaces: () => index.namespaces(),
    in: (namespace) =>
      index
        .workloads(namespace)
        .flatMap(({ uid }) => row(uid) ?? [])
        .sort((a, b) => rank(a) - rank(b) || byName(a.workload, b.workload)),
    row,
    loosePods: (namespace) => index.loosePods(namespace),
    pod: (uid) => index.pod(uid),
    events: (uid) => index.events(uid),
    verdict(uid, now) {
      const before = verdicts.get(uid);
      const verdict = judgeWorkload(index, uid, { now, ...(before ? { before } : {}) });
      if (verdict) verdicts.set(uid, verdict);
      return verdict;
    },
    get podCount() {
      return index.podCount;
    },
    settling: () => [...known].flatMap(([uid, { until }]) => (Number.isFinite(until) ? uid : [])),
    take({ workloads }) {
      const moved = new Set<string>();
      for (const uid of workloads) {
        const before = known.get(uid);
        known.delete(uid);
        if (!index.workload(uid)) verdicts.delete(uid);
        if (before?.row.health.level !== row(uid)?.health.level) moved.add(uid);
      }
      return moved;
    },
  };
}

function rank({ service }: WorkloadRow): number {
  return service === undefined ? 1 : 0;
}
