import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { describeAgentEvent } from '../../../../src/domain/localAgent/describeAgentEvent.ts';

const object = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'api' };
const commit = '3f9c2d1'.padEnd(40, '0');

describe('describeAgentEvent', () => {
  it('says what is followed and where', () => {
    const source = { environment: 'dev', repository: '/git/shop.git', branch: 'main', path: 'deploy/dev' };
    assert.equal(
      describeAgentEvent({ type: 'following', at: 0, source, context: 'kind-a' }),
      'dev: kind-a follows deploy/dev on main of /git/shop.git',
    );
  });

  it('says why it sets out', () => {
    assert.equal(
      describeAgentEvent({ type: 'reconcile-started', at: 0, commit, why: 'drift', objects: 1 }),
      '3f9c2d1: applying 1 object, as the cluster differs from it',
    );
  });

  it('says what differs', () => {
    const objects = [
      { name: object, change: ['spec.replicas'] },
      { name: { ...object, group: '', kind: 'Namespace', namespace: '' }, change: 'gone' as const },
    ];
    assert.equal(
      describeAgentEvent({ type: 'drifted', at: 0, objects }),
      'drift: Deployment shop/api differs in spec.replicas; Namespace api is gone',
    );
  });

  it('is silent on what stays as it is, and tells the rest', () => {
    assert.equal(describeAgentEvent({ type: 'applied', at: 0, object, change: 'unchanged' }), undefined);
    assert.equal(describeAgentEvent({ type: 'looked', at: 0, commit }), undefined);
    assert.equal(
      describeAgentEvent({ type: 'applied', at: 0, object, change: 'created' }),
      'Deployment shop/api created',
    );
    assert.equal(
      describeAgentEvent({ type: 'settled', at: 0, commit, outcome: 'timed-out' }),
      '3f9c2d1: not all of it became healthy in time; it is followed on',
    );
  });
});
