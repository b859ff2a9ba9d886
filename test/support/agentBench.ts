import type { AgentEvent } from '../../src/domain/localAgent/agentEvent.ts';
import { type AgentState, reduceAgent } from '../../src/domain/localAgent/agentState.ts';
import { type AgentOutcome, followBranch } from '../../src/engine/localAgent/followBranch.ts';
import type { LocalClusters } from '../../src/engine/locality/localClusters.ts';
import type { Ports } from '../../src/engine/ports/ports.ts';
import { proofOf } from './clusterContract.ts';
import { createFakeClusters, type FakeCluster, type FakeClusters } from './fakeClusters.ts';
import { createFakeProcesses } from './fakeProcesses.ts';
import { createManifestBranch, type ManifestBranch } from './manifestBranch.ts';
import { createManualClock, type ManualClock } from './manualClock.ts';

/** A local agent in a world that stands still until it is moved: a branch, a cluster and a clock in memory. */
export interface AgentBench {
  readonly branch: ManifestBranch;
  readonly clock: ManualClock;
  readonly clusters: FakeClusters;
  readonly cluster: FakeCluster;
  readonly ports: Ports;
  readonly localClusters: LocalClusters;
  /** Starts an agent; several are so many processes only if `ports` say so. */
  follow(options?: {
    readonly once?: boolean;
    readonly ports?: Partial<Ports>;
    readonly localClusters?: LocalClusters;
  }): RunningAgent;
}

export interface RunningAgent {
  readonly events: readonly AgentEvent[];
  /** Types of events, one after the other. */
  readonly types: readonly string[];
  readonly state: AgentState | undefined;
  readonly ended: Promise<AgentOutcome>;
  stop(): Promise<void>;
}

export function createAgentBench(url = '/git/shop.git'): AgentBench {
  const branch = createManifestBranch(url);
  const clock = createManualClock();
  const clusters = createFakeClusters();
  const cluster = clusters.cluster('lab');
  const unused = {} as Ports;
  const ports: Ports = {
    ...unused,
    clock,
    clusters,
    processes: createFakeProcesses(),
    repositories: branch.repositories,
  };
  const localClusters: LocalClusters = {
    async judge(context) {
      return { local: true, proof: proofOf(clusters, context), because: 'the test says so' };
    },
    openWrites: (context) => clusters.openForWriting(proofOf(clusters, context)),
  };
  const facts = { host: 'cli', version: '0', platform: 'linux/x64', dataFolder: '/data' } as const;
  return {
    branch,
    clock,
    clusters,
    cluster,
    ports,
    localClusters,
    follow({ once = false, ports: others = {}, localClusters: guard = localClusters } = {}) {
      const events: AgentEvent[] = [];
      const ending = new AbortController();
      const parts = { ports: { ...ports, ...others }, facts, localClusters: guard };
      const options = {
        once,
        rolloutLimit: 600_000,
        onEvent: (event: AgentEvent) => void events.push(event),
      };
      const ended = followBranch(parts, branch.opened, options, ending.signal);
      ended.catch(() => undefined);
      return {
        events,
        get types() {
          return events.map(({ type }) => type);
        },
        get state() {
          return events.reduce<AgentState | undefined>(reduceAgent, undefined);
        },
        ended,
        async stop() {
          ending.abort(new Error('The test is over.'));
          await ended.catch(() => undefined);
        },
      };
    },
  };
}
