import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import type { LocalClusters } from '../../../../src/engine/locality/localClusters.ts';
import type { ClusterWrites } from '../../../../src/engine/ports/clusters.ts';
import { type AgentBench, createAgentBench } from '../../../support/agentBench.ts';
import { createFakeProcesses } from '../../../support/fakeProcesses.ts';

const configMap = (name: string, data: object, metadata: object = {}): readonly [string, string] => [
  `${name}.yaml`,
  JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, data }),
];
const before = Object.fromEntries([
  configMap('a', { one: '1' }),
  configMap('b', {}),
  configMap('c', {}, { annotations: { 'helm.sh/resource-policy': 'keep' } }),
]);
const after = Object.fromEntries([
  configMap('a', { one: '2' }),
  configMap('d', {}),
  configMap('e', {}, { namespace: 'shop' }),
]);

/** Processes of this machine of which the first alone runs. */
const process = (number: number) => ({
  ...createFakeProcesses(),
  identify: () => (number === 1 ? 'this process' : 'a dead process'),
});

/** Writes that end with their process: at the given one, before or after it has come to the cluster. */
function dyingWrites(bench: AgentBench, at: number, when: 'before' | 'after') {
  let calls = 0;
  const never = new Promise<never>(() => undefined);
  const real = bench.localClusters.openWrites('lab');
  const guarded =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      calls += 1;
      if (calls > at || (calls === at && when === 'before')) return await never;
      const result = await write(...args);
      return calls === at ? await never : result;
    };
  const writes: ClusterWrites = {
    apply: guarded(real.apply),
    create: guarded(real.create),
    patch: guarded(real.patch),
    delete: guarded(real.delete),
    exec: real.exec,
  };
  const localClusters: LocalClusters = { ...bench.localClusters, openWrites: () => writes };
  return { localClusters, died: () => calls >= at };
}

/** Everything on the cluster that tells what was done, without versions and owners. */
function stateOf({ cluster }: AgentBench): readonly string[] {
  return cluster.objects
    .all()
    .map(({ object }) => {
      const { kind, metadata, data }: ClusterObject = object;
      const { holder: _, ...rest } = { ...(data as Record<string, string>) };
      // Uids are new each time; that there is one of each object is what counts.
      if (rest.objects !== undefined)
        rest.objects = rest.objects.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'uid');
      return `${kind} ${metadata.namespace ?? ''}/${metadata.name} ${JSON.stringify(Object.entries(rest).sort())}`;
    })
    .sort();
}

async function upgrade(at: number, when: 'before' | 'after') {
  const bench = createAgentBench();
  bench.branch.commit(before);
  const first = bench.follow({ ports: { processes: process(1) } });
  await bench.clock.advance(0);
  await first.stop();
  bench.branch.commit(after);

  const { localClusters, died } = dyingWrites(bench, at, when);
  bench.follow({ localClusters, ports: { processes: process(2) } });
  await bench.clock.advance(0);
  const isDead = died();

  const next = bench.follow({ ports: { processes: process(1) } });
  await bench.clock.advance(0);
  assert.equal(next.state?.settled, 'healthy');
  await next.stop();
  return { bench, isDead };
}

describe('an agent that is killed', () => {
  it('leaves what the next one brings to the same end, at whichever write', async () => {
    const whole = await upgrade(Number.POSITIVE_INFINITY, 'before');
    assert.equal(whole.isDead, false);
    const expected = stateOf(whole.bench);
    assert.ok(expected.some((line) => line.startsWith('ConfigMap shop/e')));
    assert.ok(!expected.some((line) => line.startsWith('ConfigMap default/b')));
    let kills = 0;
    for (const when of ['before', 'after'] as const)
      for (let at = 1; ; at += 1) {
        const { bench, isDead } = await upgrade(at, when);
        if (!isDead) break;
        kills += 1;
        assert.deepEqual(stateOf(bench), expected, `killed ${when} write ${at}`);
      }
    // Its word that it is there, the inventory, a namespace, three objects, one that goes, the inventory twice.
    assert.ok(kills >= 18, `${kills} kills`);
  }).timeout(60_000);
});
