import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { FeedState } from '../../src/engine/feeds/feedState.ts';
import type { FollowedWorkloads } from '../../src/engine/workloads/followWorkloads.ts';
import type { OpenCluster } from '../../src/engine/workloads/openCluster.ts';
import type { WorkloadTables } from '../../src/engine/workloads/workloadIndex.ts';
import { makeContext, makeTables } from './clusterStates.ts';

/** One time that the cluster is followed. */
export interface FakeFollowing {
  readonly tables: WorkloadTables;
  readonly signal: AbortSignal;
  become(state: FeedState): void;
  /** Tells what was put into the tables. */
  tell(): void;
  refreshed: number;
}

export interface FakeOpenCluster {
  readonly cluster: OpenCluster;
  /** Each time it was followed, the newest last. */
  readonly followings: readonly FakeFollowing[];
  readonly disposed: boolean;
}

/** A cluster whose workloads a test puts together; whatever else is asked of it fails. */
export function createFakeOpenCluster(name: string): FakeOpenCluster {
  const followings: FakeFollowing[] = [];
  let disposed = false;
  const fails = (): never => {
    throw new TowlineError('cluster-failed', { why: 'The fake does not know this.' });
  };

  function followWorkloads(signal: AbortSignal): FollowedWorkloads {
    const tables = makeTables();
    const listeners = new Set<Parameters<FollowedWorkloads['onChange']>[0]>();
    let state: FeedState = { kind: 'loading', since: 0 };
    const announce = (status: boolean): void => {
      const change = { ...tables.takeChange(), status };
      for (const listener of listeners) listener(change);
    };
    const following: FakeFollowing = {
      tables,
      signal,
      refreshed: 0,
      become(next) {
        state = next;
        announce(true);
      },
      tell: () => announce(false),
    };
    followings.push(following);
    return {
      index: tables,
      get status() {
        return { state, parts: [], hidden: [] };
      },
      onChange(listener) {
        listeners.add(listener);
        return { dispose: () => void listeners.delete(listener) };
      },
      refresh() {
        following.refreshed += 1;
      },
      ended: new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true })),
    };
  }

  return {
    followings,
    get disposed() {
      return disposed;
    },
    cluster: {
      context: makeContext(name),
      probe: fails,
      followWorkloads: (_options, signal) => followWorkloads(signal),
      explain: fails,
      followLogs: fails,
      listPorts: fails,
      forward: fails,
      describe: fails,
      listEvents: fails,
      actions: {
        judge: async () => ({ local: false, why: 'It is elsewhere.', next: 'Use another.' }),
        restart: fails,
        scale: fails,
        delete: fails,
        exec: fails,
      },
      dispose() {
        disposed = true;
      },
    },
  };
}
