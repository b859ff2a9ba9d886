import { present } from '../../base/present.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { ClusterEvent } from '../../domain/workloads/workload.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterContext, ClusterReads, Clusters } from '../ports/clusters.ts';
import { createLastLines } from '../rollouts/lastLines.ts';
import { type ClusterActions, createActions } from './clusterActions.ts';
import { followLogs, type LogOptions } from './followLogs.ts';
import { type FollowedWorkloads, type FollowWorkloadsOptions, followWorkloads } from './followWorkloads.ts';
import {
  type Forwarding,
  type ForwardOptions,
  forwardPorts,
  listPorts,
  type PortOffer,
} from './forwardPorts.ts';
import { type JudgeOptions, judgeWorkload } from './judgeWorkload.ts';
import type { ObjectPlace } from './objectPlace.ts';
import type { PodSource } from './podSource.ts';
import { listEvents, readDescription } from './readDescription.ts';
import type { WorkloadIndex } from './workloadIndex.ts';

/**
 * One cluster as a view of it needs it. Nothing is sent before the first question. Errors as those of ClusterReads
 * unless said otherwise; a cancelled call rejects with the signal's reason.
 */
export interface OpenCluster {
  readonly context: ClusterContext;
  /** The server's version, e.g. `v1.31.2`. Throws `cluster-unreachable` when it does not answer in time. */
  probe(signal: AbortSignal): Promise<string>;
  /** Follows until the signal is aborted; throws nothing, its `status` tells. */
  followWorkloads(options: FollowWorkloadsOptions, signal: AbortSignal): FollowedWorkloads;
  /**
   * The verdict of `judgeWorkload`, with the last lines of containers that ended badly: those it reads from the cluster,
   * each end once. Undefined when there is no such workload.
   */
  explain(
    index: WorkloadIndex,
    uid: string,
    options: Pick<JudgeOptions, 'before'>,
    signal: AbortSignal,
  ): Promise<Verdict | undefined>;
  /**
   * Output of containers as whole lines, many at a time, each with its line end; text from outside, not escaped. What is
   * not asked for is not read on. Throws `object-missing` where there is no such pod or workload.
   */
  followLogs(source: PodSource, options: LogOptions, signal: AbortSignal): AsyncIterable<string>;
  /** Ports that a source says it has, for a choice. Throws `object-missing`. */
  listPorts(source: PodSource, signal: AbortSignal): Promise<readonly PortOffer[]>;
  /** Listens on 127.0.0.1 until disposed of. Throws `object-missing`, `port-taken`. */
  forward(source: PodSource, options: ForwardOptions, signal: AbortSignal): Promise<Forwarding>;
  /** An object as YAML, without what is secret, and its events. Throws `object-missing`. */
  describe(place: ObjectPlace, signal: AbortSignal): Promise<string>;
  /** Everything that was said about an object, newest first. */
  listEvents(place: ObjectPlace, signal: AbortSignal): Promise<readonly ClusterEvent[]>;
  readonly actions: ClusterActions;
  /** Forgets connections. */
  dispose(): void;
}

export interface OpenClusterPorts {
  readonly clusters: Clusters;
  readonly clock: Clock;
  readonly localClusters: LocalClusters;
}

/** A cluster that does not say its version within this many milliseconds is shown as not answering. */
const longestProbe = 10_000;

/** Throws `context-unknown` and `kubeconfig-invalid`. */
export function openCluster(
  { clusters, clock, localClusters }: OpenClusterPorts,
  context: string,
): OpenCluster {
  const reads = clusters.connect(context);
  const lines = createLastLines(reads);
  return {
    context: reads.context,
    probe: (signal) => probe(reads, clock, signal),
    followWorkloads: (options, signal) => followWorkloads({ reads, clock }, options, signal),
    async explain(index, uid, { before }, signal) {
      const pods = index.group(uid)?.pods ?? [];
      const lastLines = await lines.read(pods, signal);
      return judgeWorkload(index, uid, { now: clock.now(), lastLines, ...present({ before }) });
    },
    followLogs: (source, options, signal) => followLogs({ reads, clock }, source, options, signal),
    listPorts: (source, signal) => listPorts(reads, source, signal),
    forward: (source, options, signal) => forwardPorts({ reads, clock }, source, options, signal),
    describe: (place, signal) => readDescription(reads, place, signal),
    listEvents: (place, signal) => listEvents(reads, place, signal),
    actions: createActions({ reads, clock, localClusters }),
    dispose: () => reads.dispose(),
  };
}

async function probe(reads: ClusterReads, clock: Clock, signal: AbortSignal): Promise<string> {
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const late = async (): Promise<never> => {
    await clock.wait(longestProbe, ending);
    throw new TowlineError('cluster-unreachable', {
      why: `${reads.context.name} (${reads.context.server}) did not answer within ${longestProbe / 1000} s`,
    });
  };
  try {
    return await Promise.race([reads.version(ending), late()]);
  } finally {
    stop.abort();
  }
}
