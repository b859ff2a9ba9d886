import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  type Inventory,
  readInventory,
  writeInventory,
} from '../../../../src/domain/localAgent/inventory.ts';
import { nameOfObject } from '../../../../src/domain/localAgent/objectName.ts';
import { keptBecause, planPrune } from '../../../../src/domain/localAgent/planPrune.ts';

const source = { environment: 'dev', repository: '/git/shop.git', branch: 'main', path: 'deploy/dev' };
const deployment = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'api' };
const service = { group: '', kind: 'Service', namespace: 'shop', name: 'api' };
const namespace = { group: '', kind: 'Namespace', namespace: '', name: 'shop' };
const definition = {
  group: 'apiextensions.k8s.io',
  kind: 'CustomResourceDefinition',
  namespace: '',
  name: 'shops.example',
};

describe('an inventory', () => {
  const inventory: Inventory = {
    source,
    applied: 'a'.repeat(40),
    attempted: 'b'.repeat(40),
    paused: true,
    message: 'api is not ready',
    objects: [service, namespace, { ...deployment, uid: '17a3' }],
  };

  it('comes back from the cluster as it was written', () => {
    const written = JSON.parse(JSON.stringify(writeInventory('agent-dev', inventory)));
    const read = readInventory(written);
    assert.deepEqual(
      { ...read, objects: new Set(read?.objects) },
      { ...inventory, objects: new Set(inventory.objects) },
    );
  });

  it('may be new and empty', () => {
    const empty: Inventory = { source, paused: false, objects: [] };
    assert.deepEqual(readInventory(writeInventory('agent-dev', empty)), empty);
  });

  it('is none at all when any of it cannot be read: nothing may be pruned by it then', () => {
    const written = writeInventory('agent-dev', inventory);
    const withData = (data: object) =>
      readInventory({ ...written, data: { ...(written.data as object), ...data } });
    assert.notEqual(withData({}), undefined);
    assert.equal(withData({ objects: undefined }), undefined);
    assert.equal(withData({ objects: 'apps Deployment shop' }), undefined);
    assert.equal(withData({ objects: 'apps Deployment shop api 17a3 more' }), undefined);
    assert.equal(withData({ source: '{' }), undefined);
    assert.equal(withData({ source: '{"environment":"dev"}' }), undefined);
    assert.equal(readInventory({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }), undefined);
  });
});

describe('planPrune', () => {
  it('takes what was there before and is not now, holders of others last', () => {
    assert.deepEqual(planPrune([namespace, definition, deployment, service], [service]), [
      deployment,
      definition,
      namespace,
    ]);
  });

  it('knows an object of another API version again', () => {
    const metadata = { name: 'job', namespace: 'shop' };
    const before = nameOfObject({ apiVersion: 'batch/v1beta1', kind: 'CronJob', metadata });
    const now = nameOfObject({ apiVersion: 'batch/v1', kind: 'CronJob', metadata });
    assert.deepEqual(planPrune([before], [now]), []);
  });

  it('tells two kinds of one name apart', () => {
    assert.deepEqual(planPrune([deployment, service], [service]), [deployment]);
  });
});

describe('keptBecause', () => {
  const withAnnotation = (name: string, value: string) =>
    keptBecause({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { name: 'data', annotations: { [name]: value } },
    });

  for (const [name, value, kept] of [
    ['kustomize.toolkit.fluxcd.io/prune', 'disabled', true],
    ['kustomize.toolkit.fluxcd.io/prune', 'enabled', false],
    ['argocd.argoproj.io/sync-options', 'Validate=false, Prune=false', true],
    ['argocd.argoproj.io/sync-options', 'Prune=confirm', false],
    ['argocd.argoproj.io/sync-options', 'NoPrune=false', false],
    ['helm.sh/resource-policy', 'keep', true],
  ] as const)
    it(`${kept ? 'keeps' : 'prunes'} an object with ${name}: ${value}`, () => {
      assert.equal(withAnnotation(name, value), kept ? name : undefined);
    });
});
