import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { fieldsOf } from '../../src/domain/kubernetes/objectFields.ts';
import {
  type AgentWorkspace,
  agentEvents,
  assertHealthy,
  makeAgentWorkspace,
  waitForEvent,
} from '../support/agentWorkspace.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, towline } from '../support/cliProcess.ts';
import { proofOf } from '../support/clusterContract.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { patience } from '../support/patience.ts';

const { configMaps, deployments } = fakeKinds;

const configMap = (name: string, data: Record<string, string>, annotations: Record<string, string> = {}) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, annotations }, data });
const deployment = (image = 'local/pause:1', replicas = 1) =>
  JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api' },
    spec: {
      replicas,
      selector: { matchLabels: { app: 'api' } },
      template: {
        metadata: { labels: { app: 'api' } },
        spec: {
          terminationGracePeriodSeconds: 1,
          containers: [{ name: 'main', image, imagePullPolicy: 'IfNotPresent' }],
        },
      },
    },
  });

describe('towline agent on a real cluster', function () {
  this.timeout(180_000 * patience);
  let place: AgentWorkspace;
  // Before the workspace itself goes.
  afterEach(() => place.forget());
  const cli = useCliLab();
  const lab = useLabNamespace();
  const { signal } = new AbortController();

  beforeEach(async function () {
    this.currentTest?.timeout(600_000 * patience);
    place = makeAgentWorkspace(cli, await lab.open());
  });

  const find = (kind: (typeof fakeKinds)[keyof typeof fakeKinds], name: string) =>
    place.cluster.clusters.connect(place.cluster.context).get(kind, place.namespace, name, signal);
  const dataOf = async (name: string) => (await find(configMaps, name))?.data;
  const byHand = () =>
    place.cluster.clusters.openForWriting(proofOf(place.cluster.clusters, place.cluster.context));
  const edit = (kind: typeof configMaps | typeof deployments, name: string, change: object) =>
    byHand().patch(
      { kind, namespace: place.namespace, name },
      change as Record<string, unknown>,
      { fieldManager: 'kubectl-edit' },
      signal,
    );

  it('applies what the branch says, then what it says next, and prunes what left it', async () => {
    const keep = { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' };
    place.deploy({
      'api.yaml': deployment(),
      'a.yaml': configMap('a', { one: '1' }),
      'b.yaml': configMap('b', {}),
      'c.yaml': configMap('c', {}, keep),
    });
    const first = await place.once();
    assertExit(first, 0);
    assertHealthy(first);
    assert.deepEqual(await dataOf('a'), { one: '1' });

    const commit = place.deploy({ 'api.yaml': deployment(), 'a.yaml': configMap('a', { one: '2' }) });
    const second = await place.once();
    assertExit(second, 0);
    assert.deepEqual(await dataOf('a'), { one: '2' });
    assert.equal(await find(configMaps, 'b'), undefined);
    assert.ok(await find(configMaps, 'c'));
    const changes = agentEvents(second).flatMap((event) =>
      event.type === 'applied' ? `${event.object.kind} ${event.change}` : event.type === 'kept' ? 'kept' : [],
    );
    assert.deepEqual(changes.sort(), ['ConfigMap changed', 'Deployment unchanged', 'kept']);

    const status = await towline(place, 'agent', 'status', '--env', 'dev', '--json');
    assertExit(status, 3);
    const { inventory, isRunning } = JSON.parse(status.stdout);
    assert.equal(isRunning, false);
    assert.deepEqual([inventory.applied, inventory.settled], [commit, 'healthy']);
    assert.equal(inventory.objects.length, 2);
  });

  it('repairs what somebody edits or deletes, and pulls what is pushed, as long as it runs', async () => {
    place.deploy({ 'api.yaml': deployment(), 'a.yaml': configMap('a', { one: '1' }) });
    const agent = place.start();
    let { next } = await waitForEvent(agent, 'settled');

    await edit(deployments, 'api', { spec: { replicas: 0 } });
    const edited = await waitForEvent(agent, 'drifted', next);
    assert.deepEqual(
      edited.event.objects.map(({ change }) => change),
      [['spec.replicas']],
    );
    ({ next } = await waitForEvent(agent, 'settled', edited.next));
    assert.deepEqual(fieldsOf((await find(deployments, 'api'))?.spec).replicas, 1);

    await byHand().delete(configMaps, place.namespace, 'a', {}, signal);
    const deleted = await waitForEvent(agent, 'drifted', next);
    assert.deepEqual(
      deleted.event.objects.map(({ change }) => change),
      ['gone'],
    );
    ({ next } = await waitForEvent(agent, 'settled', deleted.next));
    assert.deepEqual(await dataOf('a'), { one: '1' });

    const commit = place.deploy({ 'api.yaml': deployment(), 'a.yaml': configMap('a', { one: '2' }) });
    const pulled = await waitForEvent(agent, 'reconciled', next);
    assert.equal(pulled.event.commit, commit);
    assert.deepEqual(await dataOf('a'), { one: '2' });

    const other = await place.once();
    assertExit(other, 1);
    assert.match(other.stdout, /agent-running/);
    assert.match(other.stdout, new RegExp(`process ${agent.pid}`));
    assertExit(await towline(place, 'agent', 'status'), 0);

    agent.kill('SIGINT');
    assertExit(await agent.ended, 130);
    assertExit(await place.once(), 0);
  });

  it('applies nothing while it is paused, whoever asked for it', async () => {
    place.deploy({ 'a.yaml': configMap('a', { one: '1' }) });
    assertExit(await towline(place, 'agent', 'pause'), 2);
    const agent = place.start();
    let { next } = await waitForEvent(agent, 'settled');
    assertExit(await towline(place, 'agent', 'pause'), 0);
    ({ next } = await waitForEvent(agent, 'paused', next));
    const commit = place.deploy({ 'a.yaml': configMap('a', { one: '2' }) });
    await edit(configMaps, 'a', { data: { one: 'by hand' } });
    ({ next } = await waitForEvent(agent, 'looked', next));
    // It could have set out three times in this time.
    await pause(3_000);
    assert.deepEqual(await dataOf('a'), { one: 'by hand' });
    assertExit(await place.once(), 1);
    assertExit(await towline(place, 'agent', 'resume'), 0);
    const reconciled = await waitForEvent(agent, 'reconciled', next);
    assert.equal(reconciled.event.commit, commit);
    assert.deepEqual(await dataOf('a'), { one: '2' });
    agent.kill('SIGINT');
    await agent.ended;
  });

  it('leaves a field to whoever has it, and says who', async () => {
    const theirs = {
      ...{ apiVersion: 'v1', kind: 'ConfigMap', data: { one: 'theirs' } },
      metadata: { name: 'a', namespace: place.namespace },
    };
    await byHand().apply(theirs, configMaps, { fieldManager: 'their-operator', force: false }, signal);
    place.deploy({ 'a.yaml': configMap('a', { one: 'ours' }), 'b.yaml': configMap('b', {}) });
    const result = await place.once();
    assertExit(result, 1);
    assert.match(result.stdout, /object-conflict/);
    assert.match(result.stdout, /their-operator/);
    assert.deepEqual(await dataOf('a'), { one: 'theirs' });
    assert.ok(await find(configMaps, 'b'));
  });

  it('says why an image does not come up, and never that it works', async () => {
    place.deploy({ 'api.yaml': deployment('localhost:5999/shop/nothing:1') });
    const broken = await place.once('--timeout', '40');
    assert.ok(broken.exitCode === 1 || broken.exitCode === 3, broken.stdout);
    const verdicts = agentEvents(broken).flatMap((event) => (event.type === 'verdict' ? event.verdict : []));
    assert.ok(verdicts.every(({ state }) => state !== 'healthy'));
    assert.match(verdicts.map(({ sentence }) => sentence).join('\n'), /localhost:5999\/shop\/nothing:1/);
    assert.match(
      verdicts.map(({ at }) => at && `${at.file}:${at.line}`).join(' '),
      /^deploy\/dev\/\S+\.yaml:\d+/,
    );
    const status = await towline(place, 'agent', 'status', '--env', 'dev');
    assert.notEqual(status.exitCode, 0);
    place.deploy({ 'api.yaml': deployment() });
    const repaired = await place.once();
    assertExit(repaired, 0);
    assertHealthy(repaired);
  });

  it('is brought to the same end by the next one when it is killed in the middle', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const all = (value: string) =>
      Object.fromEntries(names.map((name) => [`${name}.yaml`, configMap(name, { value })]));
    place.deploy(all('0'));
    assertExit(await place.once(), 0);
    for (const kill of ['applied', 'pruned'] as const) {
      const value = `${kill} ${Math.random()}`;
      const { 'e.yaml': _, ...rest } = all(value);
      place.deploy(kill === 'pruned' ? rest : all(value));
      const agent = place.start();
      await waitForEvent(agent, kill);
      agent.kill('SIGKILL');
      assert.equal((await agent.ended).signal, 'SIGKILL');
      // It was in the middle of it.
      assert.ok(!agent.stdout.includes('"settled"'));
      const next = await place.once();
      assertExit(next, 0);
      for (const name of names.slice(0, 4)) assert.deepEqual(await dataOf(name), { value });
      assert.equal((await find(configMaps, 'e')) === undefined, kill === 'pruned');
      const { inventory } = JSON.parse((await towline(place, 'agent', 'status', '--json')).stdout);
      assert.equal(inventory.objects.length, kill === 'pruned' ? 4 : 5);
    }
  });

  it('is refused on a cluster that its user has not declared local', async () => {
    place.deploy({ 'a.yaml': configMap('a', {}) });
    assertExit(await towline(place, 'cluster', 'forbid', place.cluster.context), 0);
    const result = await place.once();
    assertExit(result, 1);
    assert.match(result.stdout, /cluster-not-local/);
    assert.equal(await find(configMaps, 'a'), undefined);
  });
});
