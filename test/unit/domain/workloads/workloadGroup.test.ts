import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  byName,
  byRevision,
  deploymentNameOf,
  readinessOf,
  restartsOf,
} from '../../../../src/domain/workloads/workloadGroup.ts';
import { makeContainer, makePod, makeReplicaSet, owner } from '../../../support/clusterValues.ts';

describe('what belongs to a workload', () => {
  it('has the newest revision first, by number and not by text; what has none by age', () => {
    const sets = [
      makeReplicaSet({ name: 'nine', revision: '9' }),
      makeReplicaSet({ name: 'older', created: 1 }),
      makeReplicaSet({ name: 'ten', revision: '10' }),
      makeReplicaSet({ name: 'newer', created: 2 }),
    ];
    assert.deepEqual(
      sets.sort(byRevision).map(({ name }) => name),
      ['ten', 'nine', 'newer', 'older'],
    );
    assert.deepEqual([{ name: 'b' }, { name: 'a' }, { name: 'a' }].sort(byName), [
      { name: 'a' },
      { name: 'a' },
      { name: 'b' },
    ]);
  });

  for (const [what, pod, expected] of [
    [
      'a pod of a ReplicaSet',
      { owner: owner('ReplicaSet', 'my-api-5d4'), labels: { 'pod-template-hash': '5d4' } },
      'my-api',
    ],
    [
      'one whose hash is another',
      { owner: owner('ReplicaSet', 'my-api-5d4'), labels: { 'pod-template-hash': '777' } },
      undefined,
    ],
    ['one without a hash', { owner: owner('ReplicaSet', 'my-api-5d4'), labels: {} }, undefined],
    [
      'one of a Job',
      { owner: owner('Job', 'my-api-5d4'), labels: { 'pod-template-hash': '5d4' } },
      undefined,
    ],
    ['one of nobody', { labels: { 'pod-template-hash': '5d4' } }, undefined],
  ] as const)
    it(`takes ${what} for one of ${expected ?? 'no Deployment'}`, () =>
      assert.equal(deploymentNameOf(makePod(pod)), expected));

  it('counts the restarts of all containers, and as ready those that have to be', () => {
    const pod = makePod({
      containers: [
        makeContainer({ role: 'init', restarts: 4, ready: false }),
        makeContainer({ role: 'sidecar', restarts: 1 }),
        makeContainer({ restarts: 2, ready: false }),
        makeContainer({ role: 'debug', ready: false }),
      ],
    });
    assert.equal(restartsOf([pod, makePod({ containers: [makeContainer({ restarts: 3 })] })]), 10);
    assert.deepEqual(readinessOf(pod), { ready: 1, all: 2 });
  });
});
