import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createSystemClock } from '../../../src/adapters/node/systemClock.ts';
import { type LiveObject, nameOfLive } from '../../../src/domain/diff/liveDiff.ts';
import type { ClusterObject } from '../../../src/domain/kubernetes/clusterObject.ts';
import { diffObjects } from '../../../src/engine/diffing/diffObjects.ts';
import type { ClusterReads, ClusterWrites } from '../../../src/engine/ports/clusters.ts';
import { proofOf } from '../../support/clusterContract.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useLabNamespace } from '../../support/labNamespace.ts';
import { createRandom } from '../../support/seededRandom.ts';

type Tree = Record<string, unknown>;

/** Objects whose fields are of every sort that server-side apply tells apart; they start no pods. */
function makeObjects(namespace: string): readonly ClusterObject[] {
  const metadata = (name: string) => ({ name, namespace, labels: { app: 'api', part: 'shop' } });
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: metadata('api'),
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'api' } },
        strategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: '25%' } },
        template: {
          metadata: { labels: { app: 'api' }, annotations: { note: 'a' } },
          spec: {
            securityContext: {},
            tolerations: [{ key: 'a', operator: 'Exists' }],
            initContainers: [{ name: 'first', image: 'shop/first:1', command: ['a', 'b'] }],
            containers: [
              {
                name: 'main',
                image: 'shop/api:1',
                args: ['--one', '--two'],
                ports: [
                  { name: 'http', containerPort: 8080, protocol: 'TCP' },
                  { containerPort: 9090, protocol: 'TCP' },
                ],
                env: [
                  { name: 'A', value: '1' },
                  { name: 'B', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
                  { name: 'C', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } },
                ],
                resources: { requests: { cpu: '0.5', memory: '64Mi' } },
                volumeMounts: [{ name: 'data', mountPath: '/data' }],
              },
              { name: 'side', image: 'shop/side:1' },
            ],
            volumes: [
              { name: 'data', emptyDir: {} },
              { name: 'settings', configMap: { name: 'settings', items: [{ key: 'a', path: 'a' }] } },
            ],
          },
        },
      },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: metadata('api'),
      spec: {
        selector: { app: 'api' },
        ports: [
          { name: 'http', port: 80, protocol: 'TCP', targetPort: 'http' },
          { name: 'more', port: 81, protocol: 'TCP', targetPort: 9090 },
        ],
      },
    },
    {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...metadata('settings'), annotations: { a: 'b' }, finalizers: ['example.org/kept'] },
      data: { a: '1', b: 'two\nlines\n' },
    },
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: metadata('s'),
      data: { k: 'YQ==', l: 'Yg==' },
      type: 'Opaque',
    },
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: metadata('web'),
      spec: {
        rules: [
          {
            host: 'shop.test',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'api', port: { number: 80 } } },
                },
              ],
            },
          },
        ],
      },
    },
  ];
}

describe('the live diff on a real cluster', function () {
  this.timeout(120_000);
  const lab = useLabNamespace();
  const { signal } = new AbortController();
  let reads: ClusterReads;
  let writes: ClusterWrites;
  let dryRuns = 0;

  async function open(): Promise<string> {
    const { clusters, context, namespace } = await lab.open();
    const connected = clusters.connect(context);
    reads = {
      ...connected,
      dryRunApply(...words) {
        dryRuns += 1;
        return connected.dryRunApply(...words);
      },
    };
    writes = clusters.openForWriting(proofOf(clusters, context));
    return namespace;
  }

  const kindOf = (object: ClusterObject) => {
    const found = Object.values(fakeKinds).find(({ kind }) => kind === object.kind);
    assert.ok(found);
    return found;
  };
  const apply = (object: ClusterObject, fieldManager: string) =>
    writes.apply(object, kindOf(object), { fieldManager, force: true }, signal);

  async function diff(objects: readonly ClusterObject[], thorough: boolean): Promise<readonly LiveObject[]> {
    dryRuns = 0;
    const options = { namespace: 'default', mark: (value: string) => `(${value})`, thorough };
    const rendered = objects.map((object) => ({ object }));
    return (await diffObjects({ reads, clock: createSystemClock() }, rendered, options, signal)).objects;
  }
  const statesOf = (objects: readonly LiveObject[]) =>
    objects.map((object) => `${object.state} ${nameOfLive(object).kind}`);

  it('finds what was applied unchanged, mostly without a dry run, as its applier', async () => {
    const objects = makeObjects(await open());
    for (const object of objects) await apply(object, 'kustomize-controller');
    const diffed = await diff(objects, false);
    assert.deepEqual(
      diffed.map(({ state }) => state),
      objects.map(() => 'same'),
    );
    // Those whose values the server writes in another way: `0.5` of a processor, the version of a field reference.
    assert.equal(dryRuns, 1);
    assert.deepEqual(statesOf(await diff(objects, true)), statesOf(diffed));
    assert.equal(dryRuns, objects.length);
  });

  it('shows a field that left the manifests only to whoever owned it, and a hand’s change to everybody', async () => {
    const namespace = await open();
    const [, , settings] = makeObjects(namespace);
    assert.ok(settings);
    await apply(settings, 'kustomize-controller');
    const [fewer] = await diff([{ ...settings, data: { a: '1' } }], false);
    assert.ok(fewer?.state === 'differs');
    assert.equal(fewer.manager, 'kustomize-controller');
    assert.match(fewer.diff.text, /- {2}b: \|/);
    const target = { kind: fakeKinds.configMaps, namespace, name: 'settings' };
    await writes.patch(target, { data: { a: '9' } }, { fieldManager: 'kubectl-edit' }, signal);
    const [drifted] = await diff([settings], false);
    assert.ok(drifted?.state === 'differs');
    assert.match(drifted.diff.text, /- {2}a: "9"\n\+ {2}a: "1"/);
    await writes.patch(
      { ...target, name: 'settings' },
      { metadata: { finalizers: null } },
      { fieldManager: 'x' },
      signal,
    );
  });

  it('says what a selector’s change is refused for, and what a missing namespace hides', async () => {
    const namespace = await open();
    const [deployment] = makeObjects(namespace);
    assert.ok(deployment);
    await apply(deployment, 'kubectl');
    const changed = JSON.parse(
      JSON.stringify(deployment).replaceAll('"app":"api"', '"app":"web"'),
    ) as ClusterObject;
    const [refused] = await diff([changed], false);
    assert.ok(refused?.state === 'refused');
    assert.match(refused.why, /immutable/);
    assert.match(refused.diff.text, /-\s+app: api\n\+\s+app: web/);
    const [away] = await diff(
      [{ ...deployment, metadata: { ...deployment.metadata, namespace: `${namespace}-not` } }],
      false,
    );
    assert.ok(away?.state === 'differs');
    assert.match(away.note ?? '', /namespace .* is not there yet/);
  });

  it('says by the books what dry runs say, whatever is changed in manifests and by hand', async () => {
    const objects = makeObjects(await open());
    for (const object of objects) await apply(object, 'kubectl');
    const random = createRandom(3);
    let settled = 0;
    for (let trial = 0; trial < 40; trial += 1) {
      const changed = objects.map((object) => disturb(object, random));
      const quick = await diff(changed, false);
      settled += changed.length - dryRuns;
      const thorough = await diff(changed, true);
      assert.deepEqual(quick, thorough);
    }
    assert.ok(settled > 20, `${settled} told by the books`);
    const [, , settings] = objects;
    const target = { kind: fakeKinds.configMaps, namespace: settings?.metadata.namespace, name: 'settings' };
    await writes.patch(target, { metadata: { finalizers: null } }, { fieldManager: 'x' }, signal);
  });
});

/** The object with up to two small changes somewhere in it: a value, a field that goes, items in another order. */
function disturb(object: ClusterObject, random: () => number): ClusterObject {
  const copy = structuredClone(object) as unknown as Tree;
  const pick = <T>(items: readonly T[]): T | undefined => items[Math.floor(random() * items.length)];
  for (let change = Math.floor(random() * 3); change > 0; change -= 1) {
    const places = [...containersOf(copy)].filter(({ path }) => path.length > 0 && path[0] !== 'kind');
    const place = pick(places);
    if (!place) continue;
    const { value } = place;
    if (Array.isArray(value)) {
      if (random() < 0.5) value.reverse();
      else value.pop();
      continue;
    }
    const key = pick(Object.keys(value).filter((name) => !['name', 'namespace', 'type'].includes(name)));
    if (key === undefined) continue;
    const field = value[key];
    if (typeof field === 'string' && random() < 0.6) value[key] = random() < 0.5 ? field : `${field}1`;
    else if (typeof field === 'number') value[key] = field + 1;
    else delete value[key];
  }
  return copy as unknown as ClusterObject;
}

function* containersOf(
  value: unknown,
  path: readonly string[] = [],
): Generator<{ readonly path: readonly string[]; readonly value: Tree | unknown[] }> {
  if (typeof value !== 'object' || value === null) return;
  yield { path, value: value as Tree | unknown[] };
  for (const [key, child] of Object.entries(value)) yield* containersOf(child, [...path, key]);
}
