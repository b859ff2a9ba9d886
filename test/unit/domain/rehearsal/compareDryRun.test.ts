import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { compareDryRun } from '../../../../src/domain/rehearsal/compareDryRun.ts';

const object = (fields: object, kind = 'ConfigMap') => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'one' },
  ...fields,
});

describe('what a cluster would make of an object', () => {
  it('tells defaults from decisions, field by field', () => {
    const wanted = object({
      spec: { replicas: 2, containers: [{ name: 'main', image: 'a' }], paused: true },
    });
    const answered = object({
      spec: {
        replicas: 3,
        containers: [{ name: 'main', image: 'a', imagePullPolicy: 'Always' }, { name: 'mesh' }],
      },
    });
    assert.deepEqual(compareDryRun(wanted, answered), [
      { field: 'spec.replicas', change: 'changed', from: '2', to: '3' },
      { field: 'spec.containers[0].imagePullPolicy', change: 'added', to: '"Always"' },
      { field: 'spec.containers[1]', change: 'added', to: '{"name":"mesh"}' },
      { field: 'spec.paused', change: 'removed', from: 'true' },
    ]);
  });

  it('says nothing of the books that a server keeps, nor of what is empty', () => {
    const answered = object({
      metadata: { name: 'one', uid: '1', resourceVersion: '2', creationTimestamp: null, managedFields: [{}] },
      status: { replicas: 1 },
      spec: { strategy: {}, volumes: [] },
    });
    assert.deepEqual(compareDryRun(object({}), answered), []);
  });

  it('takes quantities for what they are', () => {
    const wanted = object({ cpu: '0.1', memory: '1024Mi', size: 1, unit: '1G' });
    const answered = object({ cpu: '100m', memory: '1Gi', size: '1', unit: '1Gi' });
    assert.deepEqual(
      compareDryRun(wanted, answered).map(({ field }) => field),
      ['unit'],
    );
  });

  it('names labels and annotations so that they can be found, and no secret', () => {
    const wanted = object({ data: { key: 'c2VjcmV0' } }, 'Secret');
    const answered = object(
      { data: { key: 'b3RoZXI=' }, metadata: { name: 'one', labels: { 'a.b/c': '1' } } },
      'Secret',
    );
    assert.deepEqual(compareDryRun(wanted, answered), [
      { field: 'metadata.labels', change: 'added', to: '{"a.b/c":"1"}' },
      { field: 'data.key', change: 'changed' },
    ]);
  });
});
