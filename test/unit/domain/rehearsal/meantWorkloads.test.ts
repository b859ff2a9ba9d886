import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { changedObjects } from '../../../../src/domain/rehearsal/changedObjects.ts';
import { meantWorkloads } from '../../../../src/domain/rehearsal/meantWorkloads.ts';
import { readObjects } from '../../../../src/domain/rendering/readObjects.ts';

const workload = (name: string, image: string, needs = '') => `
{apiVersion: apps/v1, kind: Deployment, metadata: {name: ${name}, namespace: shop}, spec: {template: {spec:
  {containers: [{name: main, image: ${image}}]${needs}}}}}
---`;
const needsSettings = ', volumes: [{name: v, configMap: {name: settings}}]';
const settings = (value: string) =>
  `\n{apiVersion: v1, kind: ConfigMap, metadata: {name: settings, namespace: shop}, data: {a: "${value}"}}\n---`;
const service = (port: number) =>
  `\n{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {ports: [{port: ${port}}]}}\n---`;

/** Names of the workloads that a change from one text to another is about. */
function meant(before: string, after: string): readonly string[] {
  const base = readObjects(before, 'base').objects;
  const head = readObjects(after, 'head').objects;
  const isMeant = meantWorkloads(
    head.map(({ object }) => object),
    changedObjects(base, head, () => 'hidden'),
  );
  const name = (of: string) => ({ group: 'apps', kind: 'Deployment', namespace: 'rehearsal', name: of });
  return ['api', 'web'].filter((of) => isMeant(name(of)));
}

describe('what a change is about', () => {
  const web = workload('web', 'web:1', needsSettings);

  it('is the workload whose image changed, and no other', () => {
    assert.deepEqual(meant(workload('api', 'api:1') + web, workload('api', 'api:2') + web), ['api']);
  });

  it('is the workload whose settings changed', () => {
    const both = workload('api', 'api:1') + web;
    assert.deepEqual(meant(both + settings('1'), both + settings('2')), ['web']);
    assert.deepEqual(meant(both + settings('1'), both), ['web']);
  });

  it('is everything when nobody can tell who feels it, and when nothing changed', () => {
    const both = workload('api', 'api:1') + web;
    assert.deepEqual(meant(both + service(80), both + service(81)), ['api', 'web']);
    assert.deepEqual(meant(both, both), ['api', 'web']);
  });

  it('is not what was removed', () => {
    assert.deepEqual(meant(workload('api', 'api:1') + web, workload('api', 'api:2')), ['api']);
  });
});
