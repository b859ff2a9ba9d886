import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { AgentEvent } from '../../src/domain/localAgent/agentEvent.ts';
import { listInventories } from '../../src/engine/localAgent/inventories.ts';
import type { Clusters } from '../../src/engine/ports/clusters.ts';
import type { CliLab } from './cliLab.ts';
import {
  type CliResult,
  endStartedProcesses,
  isGone,
  type RunningCli,
  startTowline,
  towline,
} from './cliProcess.ts';
import type { CliWorkspace, WorkspaceFiles } from './cliWorkspace.ts';
import type { ClusterContract } from './clusterContract.ts';
import { proofOf } from './clusterContract.ts';
import { fakeKinds } from './fakeKinds.ts';
import { allowContexts } from './localClusters.ts';

const { signal } = new AbortController();

/** A workspace whose environment `dev` goes to a namespace of a real cluster that its user has declared local. */
export interface AgentWorkspace extends CliWorkspace {
  readonly namespace: string;
  /** Changes the branch: these are all of its manifests. */
  deploy(manifests: WorkspaceFiles): string;
  /** One reconcile, to its end. */
  once(...words: readonly string[]): Promise<CliResult>;
  /** An agent that goes on. */
  start(): RunningCli;
  /** `apply`, `status` and the like of the test's own hand. */
  readonly cluster: ClusterContract;
  /** Ends agents that still run, and takes their record off the cluster. */
  forget(): Promise<void>;
}

export function makeAgentWorkspace(cli: CliLab, cluster: ClusterContract): AgentWorkspace {
  const { clusters, context, namespace } = cluster;
  const dev = { context };
  const workspace = cli.makeWorkspace({ dev });
  allowContexts(workspace.environment.TOWLINE_DATA ?? '', clusters, context);
  const environment = { ...workspace.environment, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '' };
  const place = { ...workspace, environment };
  let known: readonly string[] = ['deployment.yaml'];
  return {
    ...place,
    namespace,
    cluster,
    deploy(manifests) {
      const names = Object.keys(manifests);
      for (const name of known)
        if (!names.includes(name)) workspace.git('rm', '--quiet', `deploy/dev/${name}`);
      known = names;
      const kustomization = `namespace: ${namespace}\nresources: ${JSON.stringify(names)}\n`;
      return workspace.commit({
        ...Object.fromEntries(names.map((name) => [`deploy/dev/${name}`, manifests[name]])),
        'deploy/dev/kustomization.yaml': kustomization,
      });
    },
    once: (...words) => towline(place, 'agent', '--env', 'dev', '--once', '--json', ...words),
    start: () => startTowline(place, 'agent', '--env', 'dev', '--json'),
    forget: () => forgetAgents(clusters, context, workspace.remote),
  };
}

/** Ends agents that tests started and that still run, and takes the records of those of a remote off the cluster. */
export async function forgetAgents(clusters: Clusters, context: string, remote: string): Promise<void> {
  endStartedProcesses();
  const writes = clusters.openForWriting(proofOf(clusters, context));
  const reads = clusters.connect(context);
  for (const { name, inventory } of await listInventories(reads, signal))
    if (inventory.source.repository === remote)
      await writes.delete(fakeKinds.configMaps, 'towline', name, {}, signal);
}

export function agentEvents({ stdout }: Pick<CliResult, 'stdout'>): readonly AgentEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
}

/** Longer than a rollout on a busy machine takes. Milliseconds. */
const eventLimit = 120_000;

/** Waits for the first event of a type after so many others, while the agent runs. */
export async function waitForEvent<T extends AgentEvent['type']>(
  agent: RunningCli,
  type: T,
  after = 0,
): Promise<{ readonly event: Extract<AgentEvent, { readonly type: T }>; readonly next: number }> {
  const deadline = performance.now() + eventLimit;
  for (;;) {
    const events = agentEvents(agent);
    const at = events.findIndex((event, index) => index >= after && event.type === type);
    const event = events[at];
    if (event) return { event: event as Extract<AgentEvent, { readonly type: T }>, next: at + 1 };
    if (performance.now() > deadline || isGone(agent.pid))
      throw new Error(`The agent did not say "${type}":\n${agent.stdout}${agent.stderr}`);
    await pause(15);
  }
}

export function assertHealthy(result: CliResult): void {
  const settled = agentEvents(result).find((event) => event.type === 'settled');
  assert.equal(settled?.outcome, 'healthy', result.stdout + result.stderr);
}
