import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClusters } from '../../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import type { ErrorCode } from '../../../src/domain/errors/errorCatalogue.ts';
import type { ResourceKind } from '../../../src/domain/kubernetes/resourceKind.ts';
import type { FeedState } from '../../../src/engine/feeds/feedState.ts';
import { type Feed, followObjects } from '../../../src/engine/feeds/followObjects.ts';
import type { Clusters, ClusterWrites } from '../../../src/engine/ports/clusters.ts';
import { proofOf } from '../../support/clusterContract.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { type Fault, type FaultProxy, type SeenRequest, startFaultProxy } from '../../support/faultProxy.ts';
import { createManualClock, type ManualClock } from '../../support/manualClock.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';
import { trackCalls } from '../../support/trackCalls.ts';
import { useControlPlane } from '../../support/useControlPlane.ts';

const { configMaps } = fakeKinds;
const seconds = 1000;
const minutes = 60 * seconds;
/** Requests a second that a sick watch may cost. */
const mostRequests = 0.25;
/** Milliseconds, of the real world. */
const patience = 20_000;

interface Case {
  readonly name: string;
  readonly fault: (request: SeenRequest) => Fault | undefined;
  readonly code: ErrorCode;
  /** Whether the feed sits in a request meanwhile, instead of waiting for its next try. */
  readonly hanging?: true;
}

const gone = { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'Expired', code: 410 };
const everyWatch =
  (fault: Fault) =>
  ({ isWatch }: SeenRequest): Fault | undefined =>
    isWatch ? fault : undefined;
const always = (fault: Fault) => (): Fault => fault;
const half = '{"type":"MODIFIED","object":{"kind":"ConfigMap","apiVersion":"v1","metadata":{"na';

const cases: readonly Case[] = [
  {
    name: 'each watch is answered with 410',
    fault: everyWatch({ kind: 'answer', status: 410, body: JSON.stringify(gone) }),
    code: 'version-gone',
  },
  {
    name: 'each watch ends with a 410 event',
    fault: everyWatch({
      kind: 'body',
      text: `${JSON.stringify({ type: 'ERROR', object: gone })}\n`,
      end: 'whole',
    }),
    code: 'version-gone',
  },
  {
    name: 'all is answered with 429 and a time to wait',
    fault: always({ kind: 'answer', status: 429, headers: { 'retry-after': '9' } }),
    code: 'cluster-busy',
  },
  {
    name: 'all is answered with 503',
    fault: always({ kind: 'answer', status: 503 }),
    code: 'cluster-busy',
  },
  {
    name: 'all is answered with 500',
    fault: always({ kind: 'answer', status: 500 }),
    code: 'cluster-failed',
  },
  {
    name: 'each watch ends in order in the middle of a line',
    fault: everyWatch({ kind: 'body', text: half, end: 'whole' }),
    code: 'cluster-unreachable',
  },
  {
    name: 'each watch is cut in the middle of a line',
    fault: everyWatch({ kind: 'body', text: half, end: 'cut' }),
    code: 'cluster-unreachable',
  },
  {
    name: 'each watch says what is no JSON',
    fault: everyWatch({ kind: 'body', text: '<html>Sign in</html>\n', end: 'never' }),
    code: 'cluster-unreachable',
  },
  {
    name: 'each watch ends at once, in order',
    fault: everyWatch({ kind: 'body', text: '', end: 'whole' }),
    code: 'cluster-unreachable',
  },
  { name: 'every connection is cut', fault: always({ kind: 'cut' }), code: 'cluster-unreachable' },
  {
    name: 'no watch is ever answered',
    fault: everyWatch({ kind: 'hang' }),
    code: 'cluster-unreachable',
    hanging: true,
  },
];

interface Following {
  readonly clock: ManualClock;
  readonly proxy: FaultProxy;
  readonly feed: Feed<Row>;
  readonly states: FeedState[];
  /** Lets time pass, each wait of the feed with all the network's answers before the next. */
  pass(milliseconds: number, hanging?: true): Promise<void>;
  untilLive(): Promise<void>;
}

interface Row {
  readonly name: string;
  readonly version: string | undefined;
}

describe('a feed from a real API server', function () {
  this.timeout(180_000);
  const folder = useTemporaryFolder();
  const { signal } = new AbortController();
  const control = useControlPlane();
  let direct: Clusters;
  let writes: ClusterWrites;

  before(() => {
    direct = clustersOf(control().kubeconfig);
    writes = direct.openForWriting(proofOf(direct, 'lab'));
  });
  afterEach(async () => {
    for (const name of await whatIsThere()) await remove(name.split(' ')[0] ?? '');
  });

  function clustersOf(kubeconfig: string): Clusters {
    const environment = { ...process.env, KUBECONFIG: kubeconfig };
    return createClusters({
      environment,
      homeFolder: '/nowhere',
      processes: createProcesses({ environment }),
    });
  }

  const place = { apiVersion: 'v1', kind: 'ConfigMap' } as const;
  const labels = { feed: 'yes' };
  const create = (name: string) =>
    writes.create({ ...place, metadata: { name, namespace: 'default', labels } }, configMaps, signal);
  const remove = (name: string) => writes.delete(configMaps, 'default', name, {}, signal);

  async function whatIsThere(): Promise<readonly string[]> {
    const query = { namespace: 'default', labels: 'feed=yes' };
    const { items } = await direct.connect('lab').list(configMaps, query, {}, signal);
    return items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`).sort();
  }
  const whatIsHeld = ({ feed }: Following): readonly string[] =>
    [...feed.objects.values()].map(({ name, version }) => `${name} ${version}`).sort();

  /** @param user whom the feed asks as; the cluster's administrator when absent */
  async function follow(work: (following: Following) => Promise<void>, user?: string): Promise<void> {
    const clock = createManualClock({ start: Date.now() });
    const authority = readFileSync(join(control().authorityFolder, 'ca.crt'), 'utf8');
    await using proxy = await startFaultProxy({ server: control().server, authority }, clock.now);
    const config = JSON.parse(readFileSync(control().kubeconfig, 'utf8'));
    config.clusters[0].cluster = { server: proxy.origin };
    if (user !== undefined) config.users[0].user.as = user;
    const kubeconfig = join(folder(), 'config');
    writeFileSync(kubeconfig, JSON.stringify(config));
    const { reads, calls } = trackCalls(clustersOf(kubeconfig).connect('lab'));
    const cancel = new AbortController();
    const states: FeedState[] = [];
    const feed = followObjects<Row>(
      { reads, clock },
      {
        kind: configMaps,
        query: { namespace: 'default', labels: 'feed=yes' },
        hidesForbidden: true,
        project: ({ metadata }) => ({ name: metadata.name, version: metadata.resourceVersion }),
        onChange: () => undefined,
        onState: (state) => states.push(state),
      },
      cancel.signal,
    );

    /** Until nothing more happens without time: the feed waits, or has a watch open. */
    async function rest(hanging?: true, mayBeOpen = proxy.fault === undefined): Promise<void> {
      const deadline = performance.now() + patience;
      for (;;) {
        await clock.settle();
        // A request that hangs gives up when its time has passed: what it waits for is time as well.
        if (hanging) await pause(20);
        const quiet = calls.opening === 0 && proxy.pending === 0 && (mayBeOpen || calls.open === 0);
        const still = hanging || quiet;
        if (still && clock.waits.length > 0) return;
        if (performance.now() > deadline)
          throw new Error(
            `The feed does not come to rest: ${JSON.stringify({ ...calls, state: feed.state })}`,
          );
        await pause(2);
      }
    }
    const following: Following = {
      clock,
      proxy,
      feed,
      states,
      async pass(milliseconds, hanging) {
        const end = clock.now() + milliseconds;
        for (;;) {
          await rest(hanging);
          const [next] = clock.waits;
          if (next === undefined || clock.now() + next > end) break;
          await clock.advance(next);
        }
        await clock.advance(Math.max(0, end - clock.now()));
      },
      async untilLive() {
        for (let tries = 0; feed.state.kind !== 'live' || calls.open === 0; tries += 1) {
          assert.ok(tries < 100, `The feed stays ${JSON.stringify(feed.state)}`);
          await rest(undefined, true);
          const [next] = clock.waits;
          if (feed.state.kind !== 'live' && next !== undefined) await clock.advance(next);
          else await pause(20);
        }
      },
    };
    try {
      await following.untilLive();
      await work(following);
    } finally {
      cancel.abort();
      await feed.ended;
      reads.dispose();
    }
  }

  async function untilHeldIsThere(following: Following): Promise<void> {
    const deadline = performance.now() + patience;
    for (;;) {
      const [held, there] = [whatIsHeld(following), await whatIsThere()];
      if (JSON.stringify(held) === JSON.stringify(there)) return;
      if (performance.now() > deadline) assert.deepEqual(held, there);
      await pause(10);
    }
  }

  /** Requests a second since then. */
  function rateSince({ proxy, clock }: Following, began: number): number {
    return proxy.seen.filter(({ at }) => at >= began).length / ((clock.now() - began) / seconds);
  }

  for (const { name, fault, code, hanging } of cases)
    it(`says that it is stale while ${name}, asks seldom, and ends with what is there`, async () => {
      await create('before');
      await follow(async (following) => {
        const { proxy, clock, feed, states } = following;
        await untilHeldIsThere(following);
        states.length = 0;
        proxy.fault = fault;
        proxy.cutAll();
        const began = clock.now();
        await following.pass(5 * minutes, hanging);
        const rate = rateSince(following, began);
        assert.ok(rate <= mostRequests, `${rate.toFixed(2)} requests a second`);
        assert.ok(
          proxy.seen.some(({ at }) => at > began + minutes),
          'it gave up',
        );
        const stale = states.filter((state) => state.kind === 'stale');
        assert.ok(stale.length > 0, 'it never said that it is stale');
        assert.deepEqual(
          [...new Set(stale.map(({ failure }) => failure.code))].includes(code),
          true,
          JSON.stringify(stale.at(-1)),
        );
        await create('meanwhile');
        await remove('before');
        proxy.fault = undefined;
        await following.untilLive();
        await untilHeldIsThere(following);
        assert.equal(feed.state.kind, 'live');
      });
    });

  describe('to a user whose rights change', () => {
    const user = 'reader';
    const rbac = { group: 'rbac.authorization.k8s.io', version: 'v1', namespaced: true } as const;
    const role: ResourceKind = { ...rbac, kind: 'Role', plural: 'roles' };
    const roleBinding: ResourceKind = { ...rbac, kind: 'RoleBinding', plural: 'rolebindings' };
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name: user, namespace: 'default' };

    /** Resolves when the server goes by it. */
    async function grant(...verbs: readonly string[]): Promise<void> {
      const rules = verbs.length === 0 ? [] : [{ apiGroups: [''], resources: ['configmaps'], verbs }];
      await writes.apply(
        { apiVersion, kind: 'Role', metadata, rules },
        role,
        { fieldManager: 'test', force: true },
        signal,
      );
      const kubeconfig = join(folder(), 'as-user');
      const config = JSON.parse(readFileSync(control().kubeconfig, 'utf8'));
      config.users[0].user.as = user;
      writeFileSync(kubeconfig, JSON.stringify(config));
      const reads = clustersOf(kubeconfig).connect('lab');
      try {
        for (const verb of ['list', 'watch'])
          for (;;) {
            const action = { verb, group: '', resource: 'configmaps', namespace: 'default' };
            if ((await reads.mayI(action, signal)) === verbs.includes(verb)) break;
            await pause(20);
          }
      } finally {
        reads.dispose();
      }
    }

    beforeEach(async () => {
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: user };
      const subjects = [{ kind: 'User', name: user, apiGroup: 'rbac.authorization.k8s.io' }];
      await writes.apply(
        { apiVersion, kind: 'RoleBinding', metadata, roleRef, subjects },
        roleBinding,
        { fieldManager: 'test', force: true },
        signal,
      );
      await grant('list', 'watch');
    });
    afterEach(async () => {
      await writes.delete(roleBinding, 'default', user, {}, signal);
      await writes.delete(role, 'default', user, {}, signal);
    });

    it('holds nothing that may not be seen any more, asks seldom, and has all of it when it may again', async () => {
      await create('before');
      await follow(async (following) => {
        const { proxy, clock, states } = following;
        await untilHeldIsThere(following);
        states.length = 0;
        await grant();
        // A watch that is open goes on until it ends: rights are asked for when one begins.
        proxy.cutAll();
        const began = clock.now();
        await following.pass(15 * minutes);
        const [first] = states.filter(
          (state) => state.kind === 'stale' && state.failure.code === 'cluster-forbidden',
        );
        assert.ok(first, 'it never said that it is stale');
        const last = states.at(-1);
        assert.ok(last?.kind === 'denied' && last.failure.code === 'cluster-forbidden', JSON.stringify(last));
        assert.match(last.failure.why, /configmaps/);
        assert.deepEqual(whatIsHeld(following), []);
        const rate = rateSince(following, began);
        assert.ok(rate <= mostRequests / 10, `${rate.toFixed(3)} requests a second`);
        await grant('list', 'watch');
        await create('meanwhile');
        await following.pass(20 * minutes);
        await following.untilLive();
        await untilHeldIsThere(following);
      }, user);
    });

    it('reads the list now and then where only the watch is not allowed any more', async () => {
      await create('before');
      await follow(async (following) => {
        const { proxy, clock, states } = following;
        await untilHeldIsThere(following);
        states.length = 0;
        await grant('list');
        proxy.cutAll();
        const began = clock.now();
        await following.pass(2 * minutes);
        await create('unwatched');
        await following.pass(10 * minutes);
        assert.deepEqual(whatIsHeld(following), await whatIsThere());
        assert.ok(states.every(({ kind }) => kind !== 'denied'));
        assert.ok(rateSince(following, began) <= mostRequests);
        await grant('list', 'watch');
        await following.untilLive();
        await create('watched');
        await untilHeldIsThere(following);
      }, user);
    });
  });

  it('waits as long as a busy server asks for', async () => {
    await follow(async (following) => {
      const { proxy } = following;
      proxy.fault = always({ kind: 'answer', status: 429, headers: { 'retry-after': '45' } });
      proxy.cutAll();
      await following.pass(5 * minutes);
      const times = proxy.seen.slice(2).map(({ at }) => at);
      const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0));
      assert.ok(waits.length >= 3, `${waits.length} waits`);
      // The first request after the cut is the first that hears of it.
      assert.ok(
        waits.slice(1).every((wait) => wait >= 45 * seconds),
        JSON.stringify(waits),
      );
    });
  });

  it('comes through a restart of the API server, with what changed before and after', async () => {
    await follow(async (following) => {
      const { clock, feed } = following;
      await create('before-restart');
      await untilHeldIsThere(following);
      await control().kill();
      const began = clock.now();
      await following.pass(2 * minutes);
      assert.equal(feed.state.kind, 'stale');
      assert.ok(rateSince(following, began) <= mostRequests);
      await control().restart();
      await create('after-restart');
      await following.untilLive();
      await untilHeldIsThere(following);
      assert.deepEqual([...feed.objects.values()].map(({ name }) => name).sort(), [
        'after-restart',
        'before-restart',
      ]);
    });
  });

  it('finds out that a silent watch is dead, and what happened meanwhile', async () => {
    await follow(async (following) => {
      const { proxy, clock } = following;
      proxy.fault = everyWatch({ kind: 'body', text: '', end: 'never' });
      proxy.cutAll();
      // The next watch opens, and then nothing comes any more.
      await following.untilLive();
      await create('unheard');
      proxy.fault = undefined;
      const began = clock.now();
      await following.pass(2 * minutes);
      await untilHeldIsThere(following);
      assert.ok(rateSince(following, began) <= mostRequests);
    });
  });
});
