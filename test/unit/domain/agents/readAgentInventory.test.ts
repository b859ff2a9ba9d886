import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readAgentInventory } from '../../../../src/domain/agents/readAgentInventory.ts';
import { nameKey } from '../../../../src/domain/localAgent/objectName.ts';

function read(kind: string, status: unknown) {
  return readAgentInventory({ apiVersion: 'x/v1', kind, metadata: { name: 'shop' }, status })?.map(nameKey);
}

describe('the books of agents', () => {
  it('are read from an Application’s resources', () => {
    const resources = [
      { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'api', status: 'Synced' },
      { version: 'v1', kind: 'Namespace', name: 'shop' },
      { kind: '' },
    ];
    assert.deepEqual(read('Application', { resources }), ['apps Deployment shop api', ' Namespace  shop']);
  });

  it('are read from a Kustomization’s inventory', () => {
    const entries = [
      'shop_api_apps_Deployment',
      '_shop__Namespace',
      '_system__a_rbac.authorization.k8s.io_ClusterRole',
    ];
    assert.deepEqual(
      read('Kustomization', { inventory: { entries: entries.map((id) => ({ id, v: 'v1' })) } }),
      ['apps Deployment shop api', ' Namespace  shop', 'rbac.authorization.k8s.io ClusterRole  system:a'],
    );
  });

  it('are unknown where the object does not tell', () => {
    assert.equal(read('Application', {}), undefined);
    assert.equal(read('Kustomization', {}), undefined);
    assert.equal(read('HelmRelease', { inventory: { entries: [] } }), undefined);
  });
});
