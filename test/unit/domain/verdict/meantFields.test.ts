import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { readField } from '../../../../src/domain/kubernetes/fieldPath.ts';
import { meantFields } from '../../../../src/domain/verdict/meantFields.ts';
import type { Verdict } from '../../../../src/domain/verdict/verdict.ts';

const spec = {
  serviceAccountName: 'robot',
  nodeSelector: { disk: 'fast' },
  initContainers: [{ name: 'wait', image: 'shop/wait:1' }],
  containers: [
    {
      name: 'api',
      image: 'shop/api:1',
      command: ['node'],
      readinessProbe: { httpGet: { port: 80 } },
      resources: { requests: { cpu: '1' }, limits: { memory: '60Mi' } },
      env: [
        { name: 'HOME', value: '/' },
        { name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'api' } } },
        { name: 'OTHER', valueFrom: { secretKeyRef: { name: 'keys', key: 'other' } } },
      ],
      envFrom: [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'passwords' } }],
    },
    { name: 'proxy', image: 'shop/proxy:1', resources: { limits: { cpu: '2' } } },
  ],
  volumes: [
    { name: 'data', persistentVolumeClaim: { claimName: 'disk' } },
    { name: 'files', secret: { secretName: 'files' } },
    { name: 'page', configMap: { name: 'page' } },
    {
      name: 'all',
      projected: { sources: [{ secret: { name: 'token' } }, { configMap: { name: 'roots' } }] },
    },
  ],
};
const deployment: ClusterObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api' },
  spec: { replicas: 2, paused: true, template: { spec } },
};
const cronJob: ClusterObject = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: 'api' },
  spec: { suspend: true, jobTemplate: { spec: { template: { spec } } } },
};
const without = (...fields: readonly string[]): ClusterObject => ({
  ...deployment,
  spec: { template: { spec: { ...spec, ...Object.fromEntries(fields.map((name) => [name, undefined])) } } },
});

type About = Pick<Verdict, 'subject' | 'container'>;

/** The narrowest field in dots, without the way to the pods' spec. */
function narrowest(about: About, object = deployment): string | undefined {
  const [path] = meantFields(about, object);
  return path
    ?.map((step) => (typeof step === 'object' ? `{${step.name}}` : step))
    .join('.')
    .replace('spec.template.spec.', '')
    .replace('spec.jobTemplate.', '');
}

const api = { container: 'api' };
const reference = (to: 'Secret' | 'ConfigMap' | 'PersistentVolumeClaim', name: string) =>
  ({ kind: 'reference', to, name }) as const;

const cases: readonly (readonly [string, About, string | undefined, ClusterObject?])[] = [
  ['an image', { ...api, subject: { kind: 'image' } }, 'containers.{api}.image'],
  [
    'the image of an init container',
    { container: 'wait', subject: { kind: 'image' } },
    'initContainers.{wait}.image',
  ],
  ['the image of a CronJob', { ...api, subject: { kind: 'image' } }, 'containers.{api}.image', cronJob],
  ['a container', { container: 'wait', subject: { kind: 'container' } }, 'initContainers.{wait}'],
  [
    'a container that somebody injected',
    { container: 'istio-proxy', subject: { kind: 'container' } },
    undefined,
  ],
  ['a command', { ...api, subject: { kind: 'command' } }, 'containers.{api}.command'],
  [
    'a command that the image itself has',
    { container: 'proxy', subject: { kind: 'command' } },
    'containers.{proxy}',
  ],
  ['a probe', { ...api, subject: { kind: 'probe', probe: 'readiness' } }, 'containers.{api}.readinessProbe'],
  [
    'a probe that the cluster added',
    { ...api, subject: { kind: 'probe', probe: 'liveness' } },
    'containers.{api}',
  ],
  [
    'the memory limit',
    { ...api, subject: { kind: 'resource', side: 'limits', resource: 'memory' } },
    'containers.{api}.resources.limits.memory',
  ],
  [
    'a memory limit that is not written',
    { container: 'proxy', subject: { kind: 'resource', side: 'limits', resource: 'memory' } },
    'containers.{proxy}.resources',
  ],
  [
    'memory that only one container asks for, by its limit',
    { subject: { kind: 'resource', side: 'requests', resource: 'memory' } },
    'containers.{api}.resources.limits.memory',
  ],
  [
    'cpu that two containers ask for',
    { subject: { kind: 'resource', side: 'requests', resource: 'cpu' } },
    undefined,
  ],
  [
    'a Secret that all variables are from',
    { subject: reference('Secret', 'passwords') },
    'containers.{api}.envFrom.1.secretRef.name',
  ],
  [
    'a ConfigMap that all variables are from',
    { subject: reference('ConfigMap', 'settings') },
    'containers.{api}.envFrom.0.configMapRef.name',
  ],
  [
    'a Secret of a variable',
    { subject: reference('Secret', 'keys') },
    'containers.{api}.env.{KEY}.valueFrom.secretKeyRef.name',
  ],
  [
    'a key of a Secret',
    { ...api, subject: { ...reference('Secret', 'keys'), key: 'other' } },
    'containers.{api}.env.{OTHER}.valueFrom.secretKeyRef.key',
  ],
  ['a Secret of a volume', { subject: reference('Secret', 'files') }, 'volumes.{files}.secret.secretName'],
  ['a ConfigMap of a volume', { subject: reference('ConfigMap', 'page') }, 'volumes.{page}.configMap.name'],
  [
    'a claim',
    { subject: reference('PersistentVolumeClaim', 'disk') },
    'volumes.{data}.persistentVolumeClaim.claimName',
  ],
  [
    'a projected Secret',
    { subject: reference('Secret', 'token') },
    'volumes.{all}.projected.sources.0.secret.name',
  ],
  [
    'a projected ConfigMap',
    { subject: reference('ConfigMap', 'roots') },
    'volumes.{all}.projected.sources.1.configMap.name',
  ],
  ['a Secret that the manifest does not name', { subject: reference('Secret', 'other') }, undefined],
  [
    'a ServiceAccount',
    { subject: { kind: 'reference', to: 'ServiceAccount', name: 'robot' } },
    'serviceAccountName',
  ],
  ['a volume', { subject: { kind: 'volume', name: 'page' } }, 'volumes.{page}'],
  ['labels of nodes', { subject: { kind: 'placement' } }, 'nodeSelector'],
  ['no labels of nodes', { subject: { kind: 'placement' } }, undefined, without('nodeSelector')],
  ['the number of pods', { subject: { kind: 'setting', name: 'replicas' } }, 'spec.replicas'],
  [
    'a number of pods that is not written',
    { subject: { kind: 'setting', name: 'replicas' } },
    undefined,
    without(),
  ],
  ['a pause', { subject: { kind: 'setting', name: 'paused' } }, 'spec.paused'],
  ['a suspended CronJob', { subject: { kind: 'setting', name: 'suspend' } }, 'spec.suspend', cronJob],
  ['nothing in particular', {}, undefined],
];

describe('meantFields', () => {
  for (const [what, about, field, object] of cases)
    it(`finds ${what}`, () => assert.equal(narrowest(about, object), field));

  it('gives what contains a field after it, and only what is there', () => {
    const fields = meantFields(
      { ...api, subject: { kind: 'resource', side: 'limits', resource: 'memory' } },
      deployment,
    );
    assert.deepEqual(
      fields.map((path) => path.at(-1)),
      ['memory', 'resources', { name: 'api' }],
    );
    for (const path of fields) assert.ok(readField(deployment, path));
  });
});
