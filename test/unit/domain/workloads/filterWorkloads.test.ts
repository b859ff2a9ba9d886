import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  createFindService,
  passesFilter,
  sortWorkloads,
  type WorkloadFilter,
} from '../../../../src/domain/workloads/filterWorkloads.ts';
import { makeContainer, makeDeployment, makePod } from '../../../support/clusterValues.ts';

const services = [
  { name: 'web', matches: 'shop/web', repository: 'localhost:5001/shop/web' },
  { name: 'api', matches: 'shop/api', repository: 'localhost:5001/shop/api' },
];

const withImages = (name: string, ...images: readonly string[]) => {
  const made = makeDeployment({ name });
  const containers = images.map((image) => ({ ...makeContainer(), image }));
  return { ...made, template: { ...made.template, containers } };
};

describe('the service of a workload', () => {
  const findService = createFindService(services);

  for (const [images, expected] of [
    [['localhost:5001/shop/api:1'], 'api'],
    [[`ghcr.io/acme/shop/web@sha256:${'a'.repeat(64)}`], 'web'],
    [['docker.io/library/nginx', 'shop/api'], 'api'],
    [['shop/apis'], undefined],
    [['not an image'], undefined],
    [[], undefined],
  ] as const)
    it(`of ${images.join(', ') || 'no image'} is ${expected}`, () => {
      assert.equal(findService(withImages('any', ...images)), expected);
      assert.equal(findService(withImages('again', ...images)), expected);
    });

  it('is that which was pushed before one that is only named alike', () => {
    const find = createFindService([
      { name: 'theirs', matches: 'api', repository: 'elsewhere/api' },
      { name: 'ours', matches: 'shop/api', repository: 'localhost:5001/shop/api' },
    ]);
    assert.equal(find(withImages('any', 'localhost:5001/shop/api:1')), 'ours');
  });
});

describe('the filter of workloads', () => {
  const findService = createFindService(services);
  const crashing = makePod({
    name: 'api-7d9f-x2',
    ready: false,
    containers: [makeContainer({ state: { kind: 'waiting', reason: 'CrashLoopBackOff' } })],
  });
  const group = { workload: withImages('api', 'shop/api:1'), replicaSets: [], jobs: [], pods: [crashing] };
  const well = { ...group, pods: [] };

  for (const [what, filter, one, expected] of [
    ['nothing said', {}, group, true],
    ['its namespace', { namespaces: ['other', 'shop'] }, group, true],
    ['other namespaces', { namespaces: ['other'] }, group, false],
    ['a part of its name', { text: 'AP' }, group, true],
    ['its namespace as text', { text: 'shop' }, group, true],
    ['its image', { text: 'api:1' }, group, true],
    ['a pod', { text: '7d9f' }, group, true],
    ['what it has not', { text: 'web' }, group, false],
    ['trouble, and it has some', { onlyUnhealthy: true }, group, true],
    ['trouble, and it has none', { onlyUnhealthy: true }, well, false],
    ['ours', { onlyOurs: true }, group, true],
    ['ours, and it is not', { onlyOurs: true }, { ...group, workload: withImages('api', 'x') }, false],
    ['two things of which one is not so', { text: 'api', onlyUnhealthy: true }, well, false],
  ] as const satisfies readonly (readonly [string, WorkloadFilter, typeof group, boolean])[])
    it(`${expected ? 'lets pass' : 'keeps back'} with ${what}`, () =>
      assert.equal(passesFilter(one, filter, findService, 0), expected));

  it('puts services of the workspace first, then by name', () => {
    const all = [
      withImages('zoo', 'shop/api'),
      withImages('b', 'x'),
      withImages('a', 'y'),
      withImages('own', 'shop/web'),
    ];
    assert.deepEqual(
      sortWorkloads(all, findService).map(({ name }) => name),
      ['own', 'zoo', 'a', 'b'],
    );
  });
});
