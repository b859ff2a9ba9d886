import type { AgentObject, AgentRevision } from '../agents/agentObject.ts';
import { agentNamespace, type Inventory } from './inventory.ts';

const healths = { healthy: 'healthy', failed: 'degraded', 'timed-out': 'degraded' } as const;

/** The local agent of an inventory in the shape that all agents are shown in. `isRunning`: a process applies now. */
export function agentObjectOf(inventory: Inventory, isRunning: boolean): AgentObject {
  const { source, applied, attempted, paused, settled, message } = inventory;
  const isBehind = attempted !== undefined && attempted !== applied;
  return {
    agent: 'towline',
    kind: 'Towline agent',
    namespace: agentNamespace,
    name: source.environment,
    sources: [{ url: source.repository, revision: source.branch, path: source.path }],
    sync: isBehind
      ? isRunning && !paused
        ? 'syncing'
        : 'out-of-sync'
      : applied === undefined
        ? 'unknown'
        : 'synced',
    health: settled ? healths[settled] : applied === undefined ? 'unknown' : 'progressing',
    ...(applied === undefined ? {} : { applied: revisionOf(source.branch, applied) }),
    ...(isBehind ? { waiting: revisionOf(source.branch, attempted) } : {}),
    ...(paused ? { manual: 'suspended' as const } : isRunning ? {} : { manual: 'not-running' as const }),
    ...(message === undefined ? {} : { message }),
    imageOverrides: [],
  };
}

function revisionOf(branch: string, commit: string): AgentRevision {
  return { text: `${branch}@sha1:${commit}`, commit };
}
