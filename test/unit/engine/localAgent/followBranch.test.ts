import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'mocha';
import { describeAgent } from '../../../../src/domain/agents/describeAgent.ts';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { readInventory } from '../../../../src/domain/localAgent/inventory.ts';
import { readAgents } from '../../../../src/engine/delivery/readCluster.ts';
import { askAgent, readAgentStatus } from '../../../../src/engine/localAgent/agentStatus.ts';
import { openManifestSource } from '../../../../src/engine/proposals/manifestSource.ts';
import { type AgentBench, createAgentBench, type RunningAgent } from '../../../support/agentBench.ts';
import { hasCode } from '../../../support/clusterContract.ts';
import { clusterError } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';
import { createFakeProcesses } from '../../../support/fakeProcesses.ts';

const { configMaps, namespaces } = fakeKinds;
const { signal } = new AbortController();

function configMap(name: string, data: Record<string, string>, metadata: object = {}): ClusterObject {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data };
}
/** Manifests by their objects' names. */
function manifests(...objects: readonly ClusterObject[]): Record<string, string> {
  return Object.fromEntries(
    objects.map((object) => [`${object.metadata.name}.yaml`, JSON.stringify(object)]),
  );
}

describe('following a branch', () => {
  const running: RunningAgent[] = [];
  afterEach(async () => {
    for (const agent of running.splice(0)) await agent.stop();
  });

  async function follow(bench: AgentBench, options: Parameters<AgentBench['follow']>[0] = {}) {
    const agent = bench.follow(options);
    running.push(agent);
    await bench.clock.advance(0);
    return agent;
  }
  /** An agent that has applied these. */
  async function followed(...objects: readonly ClusterObject[]) {
    const bench = createAgentBench();
    bench.branch.commit(manifests(...objects));
    const agent = await follow(bench);
    assert.equal(agent.state?.settled, 'healthy');
    return { bench, agent };
  }
  const find = ({ cluster }: AgentBench, name: string, namespace = 'default') =>
    cluster.objects.find(configMaps, namespace, name);
  const inventoryOf = ({ cluster }: AgentBench) => {
    const { items } = cluster.objects.list(configMaps, { namespace: 'towline' }, {});
    assert.equal(items.length, 1);
    return items[0] && readInventory(items[0]);
  };
  const writesOf = ({ cluster }: AgentBench) =>
    cluster.asked.filter((line) => /^(?:apply|create|patch|delete) /.test(line) && !line.includes('towline'));

  it('applies the branch first, and each new commit as it comes', async () => {
    const { bench, agent } = await followed(configMap('a', { one: '1' }));
    assert.deepEqual(find(bench, 'a')?.data, { one: '1' });
    const next = bench.branch.commit(manifests(configMap('a', { one: '2' })));
    await bench.clock.advance(1_000);
    assert.deepEqual(find(bench, 'a')?.data, { one: '2' });
    assert.equal(agent.state?.applied, next);
    assert.equal(inventoryOf(bench)?.applied, next);
    assert.equal(inventoryOf(bench)?.settled, 'healthy');
  });

  it('does nothing while nothing changes', async () => {
    const { bench } = await followed(configMap('a', { one: '1' }));
    const before = writesOf(bench).length;
    await bench.clock.advance(60_000);
    assert.equal(writesOf(bench).length, before);
  });

  it('names in its inventory what it applies, before it does', async () => {
    const bench = createAgentBench();
    bench.branch.commit(manifests(configMap('a', {})));
    bench.cluster.refuse = ({ method }) =>
      method === 'apply' ? clusterError('cluster-unreachable') : undefined;
    await follow(bench);
    assert.deepEqual(
      inventoryOf(bench)?.objects.map(({ name }) => name),
      ['a'],
    );
    assert.equal(inventoryOf(bench)?.applied, undefined);
  });

  it('prunes what left Git, but not what says that it stays, and forgets both', async () => {
    const stays = { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } };
    const { bench, agent } = await followed(
      configMap('a', {}),
      configMap('b', {}),
      configMap('c', {}, stays),
    );
    bench.branch.commit(manifests(configMap('a', {})));
    await bench.clock.advance(1_000);
    assert.equal(find(bench, 'b'), undefined);
    assert.ok(find(bench, 'c'));
    assert.deepEqual(
      agent.types.filter((type) => type === 'pruned' || type === 'kept'),
      ['pruned', 'kept'],
    );
    assert.deepEqual(
      inventoryOf(bench)?.objects.map(({ name }) => name),
      ['a'],
    );
  });

  it('prunes nothing that it never applied, though its inventory names it', async () => {
    const bench = createAgentBench();
    bench.cluster.objects.store(configMaps, configMap('b', { of: 'others' }, { namespace: 'default' }));
    bench.branch.commit(manifests(configMap('a', {}), configMap('b', { of: 'ours' })));
    // It ends between saying what it is going to apply and applying it.
    bench.cluster.refuse = ({ method }) =>
      method === 'apply' ? clusterError('cluster-unreachable') : undefined;
    const agent = await follow(bench);
    await agent.stop();
    bench.cluster.refuse = undefined;
    bench.branch.commit(manifests(configMap('a', {})));
    const next = await follow(bench);
    assert.equal(next.state?.settled, 'healthy');
    assert.deepEqual(find(bench, 'b')?.data, { of: 'others' });
  });

  it('prunes nothing while something cannot be applied', async () => {
    const { bench, agent } = await followed(configMap('a', {}), configMap('b', {}));
    bench.cluster.refuse = ({ method, name }) =>
      method === 'apply' && name === 'a' ? clusterError('object-invalid', 'no') : undefined;
    bench.branch.commit(manifests(configMap('a', { bad: '1' })));
    await bench.clock.advance(1_000);
    assert.ok(find(bench, 'b'));
    assert.equal(agent.state?.failure?.failure.code, 'object-invalid');
    bench.cluster.refuse = undefined;
    await bench.clock.advance(10_000);
    assert.equal(find(bench, 'b'), undefined);
  });

  it('applies what can be applied, and names all of the rest', async () => {
    const bench = createAgentBench();
    bench.cluster.refuse = ({ method, name }) =>
      method === 'apply' && name !== 'b' ? clusterError('object-invalid', `${name} is bad`) : undefined;
    bench.branch.commit(manifests(configMap('a', {}), configMap('b', {}), configMap('c', {})));
    const agent = await follow(bench);
    assert.ok(find(bench, 'b'));
    const failure = agent.state?.failure?.failure;
    assert.match(failure?.why ?? '', /ConfigMap default\/a: .*a is bad\nConfigMap default\/c: .*c is bad/);
    assert.equal(failure?.at?.file, 'deploy/dev/a.yaml');
  });

  it('never takes a field of somebody else, and says whose it is', async () => {
    const bench = createAgentBench();
    const writes = bench.localClusters.openWrites('lab');
    const theirs = configMap('a', { one: 'theirs' }, { namespace: 'default' });
    await writes.apply(theirs, configMaps, { fieldManager: 'kubectl', force: false }, signal);
    bench.branch.commit(manifests(configMap('a', { one: 'ours' })));
    const agent = await follow(bench);
    assert.equal(agent.state?.failure?.failure.code, 'object-conflict');
    assert.match(agent.state?.failure?.failure.why ?? '', /"kubectl": \.data\.one/);
    await bench.clock.advance(60_000);
    assert.deepEqual(find(bench, 'a')?.data, { one: 'theirs' });
  });

  describe('with drift', () => {
    const edit = async (bench: AgentBench, data: object) => {
      const target = { kind: configMaps, namespace: 'default', name: 'a' };
      await bench.localClusters
        .openWrites('lab')
        .patch(target, { data }, { fieldManager: 'kubectl-edit' }, signal);
    };

    it('says what somebody changed, and puts it back', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1', two: '2' }));
      await edit(bench, { one: 'changed' });
      await bench.clock.advance(1_000);
      const drifted = agent.events.find((event) => event.type === 'drifted');
      assert.deepEqual(drifted?.objects, [
        { name: { group: '', kind: 'ConfigMap', namespace: 'default', name: 'a' }, change: ['data.one'] },
      ]);
      assert.deepEqual(find(bench, 'a')?.data, { one: '1', two: '2' });
      assert.deepEqual(agent.state?.drift, []);
      assert.ok(agent.state?.repaired);
    });

    it('leaves alone what is none of its fields', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      await edit(bench, { three: '3' });
      await bench.clock.advance(60_000);
      assert.deepEqual(find(bench, 'a')?.data, { one: '1', three: '3' });
      assert.ok(!agent.types.includes('drifted'));
    });

    it('makes again what somebody deleted', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }), configMap('b', {}));
      bench.cluster.objects.remove(configMaps, 'default', 'a');
      await bench.clock.advance(1_000);
      assert.ok(find(bench, 'a'));
      const drifted = agent.events.find((event) => event.type === 'drifted');
      assert.deepEqual(
        drifted?.objects.map(({ change }) => change),
        ['gone'],
      );
    });

    it('repairs ever more slowly what somebody keeps changing', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      for (let second = 0; second < 120; second += 1) {
        await edit(bench, { one: `changed ${second}` });
        await bench.clock.advance(1_000);
      }
      const repairs = agent.types.filter((type) => type === 'drifted').length;
      assert.ok(repairs >= 3 && repairs <= 8, `${repairs} repairs in two minutes`);
    });
  });

  it('keeps the texts of a Secret where the cluster keeps them', async () => {
    const secret = (texts: object): ClusterObject => ({
      ...{ apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } },
      ...{ data: { b: 'Yg==' }, stringData: texts },
    });
    const { bench } = await followed(secret({ a: 'ä' }));
    const stored = bench.cluster.objects.find(fakeKinds.secrets, 'default', 's');
    assert.deepEqual(stored?.data, { a: 'w6Q=', b: 'Yg==' });
    assert.equal(stored?.stringData, undefined);
  });

  it('makes a namespace that no manifest has, and never prunes it', async () => {
    const bench = createAgentBench();
    bench.branch.commit(manifests(configMap('a', {}, { namespace: 'shop' })));
    await follow(bench);
    assert.ok(find(bench, 'a', 'shop'));
    bench.branch.commit(manifests(configMap('b', {})));
    await bench.clock.advance(1_000);
    assert.equal(find(bench, 'a', 'shop'), undefined);
    assert.ok(bench.cluster.objects.find(namespaces, undefined, 'shop'));
  });

  describe('paused', () => {
    const ask = (bench: AgentBench, wish: 'pause' | 'resume' | 'reconcile') =>
      askAgent(bench.ports, bench.localClusters, bench.branch.opened, {}, wish, signal);

    it('applies nothing until it is resumed, also of another process', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      await ask(bench, 'pause');
      await bench.clock.advance(1_000);
      assert.equal(agent.state?.doing, 'paused');
      const next = bench.branch.commit(manifests(configMap('a', { one: '2' })));
      bench.cluster.objects.remove(configMaps, 'default', 'a');
      await bench.clock.advance(300_000);
      assert.equal(find(bench, 'a'), undefined);
      assert.equal(agent.state?.newest, next);
      await ask(bench, 'resume');
      await bench.clock.advance(1_000);
      assert.deepEqual(find(bench, 'a')?.data, { one: '2' });
    });

    it('stays paused across its end, and with once says so', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      await ask(bench, 'pause');
      await agent.stop();
      bench.branch.commit(manifests(configMap('a', { one: '2' })));
      const once = await follow(bench, { once: true });
      assert.equal(await once.ended, 'paused');
      assert.deepEqual(find(bench, 'a')?.data, { one: '1' });
    });

    it('is asked to reconcile now', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      await ask(bench, 'reconcile');
      await bench.clock.advance(1_000);
      const started = agent.events.filter((event) => event.type === 'reconcile-started');
      assert.deepEqual(
        started.map(({ why }) => why),
        ['first', 'asked'],
      );
    });

    it('cannot be asked of where there is none', async () => {
      const bench = createAgentBench();
      await assert.rejects(ask(bench, 'pause'), hasCode('agent-unknown'));
    });
  });

  describe('in several processes', () => {
    const others = { processes: { ...createFakeProcesses(), identify: () => 'another process' } };

    it('is refused while one runs, naming it', async () => {
      const { bench } = await followed(configMap('a', {}));
      const other = bench.follow({ ports: others });
      await assert.rejects(other.ended, (error: Error) => {
        assert.match(error.message, /a terminal, follows dev for lab/);
        return hasCode('agent-running')(error);
      });
      const status = await readAgentStatus(bench.ports, bench.branch.opened, {}, signal);
      assert.equal(status.isRunning, true);
    });

    it('goes on where one has ended, in order or not', async () => {
      const { bench, agent } = await followed(configMap('a', {}));
      await agent.stop();
      const status = await readAgentStatus(bench.ports, bench.branch.opened, {}, signal);
      assert.equal(status.isRunning, false);
      const killed = { ...createFakeProcesses(), identify: () => 'a dead process' };
      await follow(bench, { ports: { processes: killed } });
      const next = await follow(bench, { ports: others });
      assert.equal(next.state?.settled, 'healthy');
    });

    it('ends when another one has taken over', async () => {
      const { bench, agent } = await followed(configMap('a', {}));
      const standingOf = () => 'gone' as const;
      const taker = { ...createFakeProcesses(), identify: () => 'another process', standingOf };
      await follow(bench, { ports: { processes: taker } });
      await bench.clock.advance(15_000);
      await assert.rejects(agent.ended, hasCode('agent-running'));
    });
  });

  it('is found by whoever asks where a commit is', async () => {
    const { bench } = await followed(configMap('a', { one: '1' }));
    const { ports, branch } = bench;
    const [environment] = branch.opened.workspace.environments;
    assert.ok(environment);
    const ask = async (merged: string) => {
      const source = await openManifestSource(ports, branch.opened, environment, [], signal);
      const agents = await readAgents(ports, source, environment, merged, signal);
      assert.ok(!('unknown' in agents));
      return agents;
    };
    const [found, ...others] = await ask(branch.tip);
    assert.equal(found?.includes, true);
    assert.deepEqual(others, []);
    assert.ok(found);
    assert.match(describeAgent(found.object), /^Towline agent dev is on main@[0-9a-f]{7}$/);
    bench.cluster.refuse = ({ namespace }) =>
      namespace === 'towline' ? clusterError('cluster-forbidden') : undefined;
    assert.deepEqual(await ask(branch.tip), []);
  });

  it('refuses what another agent of Towline has', async () => {
    const { bench, agent } = await followed(configMap('a', {}));
    await agent.stop();
    const [kept] = bench.cluster.objects.list(configMaps, { namespace: 'towline' }, {}).items;
    assert.ok(kept);
    bench.cluster.objects.remove(configMaps, 'towline', kept.metadata.name);
    bench.cluster.objects.store(configMaps, { ...kept, metadata: { ...kept.metadata, name: 'agent-other' } });
    const next = await follow(bench);
    assert.equal(next.state?.failure?.failure.code, 'managed-elsewhere');
    assert.match(next.state?.failure?.failure.why ?? '', /ConfigMap default\/a belongs to the agent of dev/);
  });

  it('writes nothing where Argo CD is at work', async () => {
    const bench = createAgentBench();
    const annotations = { 'argocd.argoproj.io/tracking-id': 'shop' };
    bench.cluster.objects.store(configMaps, configMap('a', {}, { namespace: 'default', annotations }));
    bench.branch.commit(manifests(configMap('a', { one: '1' }), configMap('b', {})));
    const agent = await follow(bench);
    assert.match(agent.state?.failure?.failure.why ?? '', /ConfigMap default\/a belongs to Argo CD/);
    assert.deepEqual(writesOf(bench), []);
  });

  it('writes to no cluster that is not proven local', async () => {
    const bench = createAgentBench();
    bench.branch.commit(manifests(configMap('a', {})));
    const judge = async () => ({ local: false, why: 'it is far away', next: 'Use another.' }) as const;
    Object.assign(bench.localClusters, { judge });
    await assert.rejects(bench.follow().ended, hasCode('cluster-not-local'));
    assert.deepEqual(bench.cluster.asked, []);
  });

  describe('through an outage', () => {
    it('asks a cluster that is down ever more rarely, and goes on when it is back', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      bench.cluster.refuse = () => clusterError('cluster-unreachable');
      for (const watch of bench.cluster.watches) watch.end(clusterError('cluster-unreachable'));
      bench.branch.commit(manifests(configMap('a', { one: '2' })));
      await bench.clock.advance(60_000);
      const before = bench.cluster.asked.length;
      await bench.clock.advance(600_000);
      const rate = (bench.cluster.asked.length - before) / 600;
      // Two watches with their own back-off, the agent's own, and its sign of life every 15 s.
      assert.ok(rate < 0.25, `${rate} requests a second`);
      assert.equal(agent.state?.failure?.failure.code, 'cluster-unreachable');
      bench.cluster.refuse = undefined;
      await bench.clock.advance(240_000);
      assert.equal(agent.state?.failure, undefined);
      assert.deepEqual(find(bench, 'a')?.data, { one: '2' });
    });

    it('says that a remote does not answer, and looks again', async () => {
      const { bench, agent } = await followed(configMap('a', { one: '1' }));
      bench.branch.isDown = true;
      await bench.clock.advance(60_000);
      assert.equal(agent.state?.failure?.failure.code, 'remote-unreachable');
      const before = bench.branch.looks;
      await bench.clock.advance(900_000);
      assert.ok(bench.branch.looks - before <= 6);
      bench.branch.isDown = false;
      const next = bench.branch.commit(manifests(configMap('a', { one: '2' })));
      await bench.clock.advance(600_000);
      assert.equal(agent.state?.applied, next);
      assert.equal(agent.state?.failure, undefined);
    });
  });

  it('looks at a branch over the network every half a minute or so', async () => {
    const bench = createAgentBench('https://example.org/shop.git');
    bench.branch.commit(manifests(configMap('a', {})));
    await follow(bench);
    await bench.clock.advance(600_000);
    assert.ok(bench.branch.looks >= 13 && bench.branch.looks <= 21, `${bench.branch.looks} looks`);
  });
});
