import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import type { ClusterFacts } from '../../../../src/domain/rehearsal/clusterFacts.ts';
import { planRehearsal, type RehearsalPlan } from '../../../../src/domain/rehearsal/planRehearsal.ts';
import { readObjects } from '../../../../src/domain/rendering/readObjects.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';

const served = [
  ...Object.values(fakeKinds),
  { group: '', version: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes', namespaced: false },
  {
    group: 'argoproj.io',
    version: 'v1alpha1',
    kind: 'Application',
    plural: 'applications',
    namespaced: true,
  },
];
const facts: ClusterFacts = {
  kinds: served,
  classes: new Map([
    [
      'StorageClass',
      [
        { name: 'standard', isDefault: false, keepsVolumes: false },
        { name: 'archive', isDefault: false, keepsVolumes: true },
      ],
    ],
    ['IngressClass', [{ name: 'nginx', isDefault: false, keepsVolumes: false }]],
    ['PriorityClass', []],
  ]),
  hosts: new Map([['shop.example', 'shop-dev/api']]),
};

function objectsOf(text: string) {
  const { objects, problems } = readObjects(text, 'test');
  assert.deepEqual(problems, []);
  return objects;
}

function plan(head: string, base = '', images: ReadonlyMap<string, string> = new Map()): RehearsalPlan {
  const rendered = { head: objectsOf(head), base: objectsOf(base) };
  return planRehearsal({ ...rendered, facts, namespace: 'rehearsal-dev-1', id: '1', images });
}

const skippedIn = ({ skipped }: RehearsalPlan) =>
  skipped.map(({ object, why }) => `${object.kind} ${object.name}: ${why}`);
const namesIn = ({ objects }: RehearsalPlan) =>
  objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`);

function find({ objects }: RehearsalPlan, name: string): ClusterObject {
  const found = objects.find(({ kind, metadata }) => `${kind} ${metadata.name}` === name);
  assert.ok(found, `${name} is not planned`);
  return found;
}

const deployment = (name: string, spec: string, metadata = '') => `
apiVersion: apps/v1
kind: Deployment
metadata: {name: ${name}${metadata}}
spec:
  selector: {matchLabels: {app: ${name}, app.kubernetes.io/managed-by: Helm}}
  template:
    metadata: {labels: {app: ${name}, app.kubernetes.io/managed-by: Helm}}
    spec: ${spec}
---`;
const plain = '{containers: [{name: main, image: shop/api:1}]}';

describe('the plan of a rehearsal', () => {
  it('puts everything into its own namespace, labelled on the objects alone', () => {
    const planned = plan(deployment('api', plain, ', namespace: shop-dev, labels: {app: api}'));
    const { metadata, spec } = find(planned, 'Deployment api');
    assert.deepEqual(metadata, {
      name: 'api',
      namespace: 'rehearsal-dev-1',
      labels: { app: 'api', 'app.kubernetes.io/managed-by': 'towline', 'towline.dev/rehearsal': '1' },
    });
    const own = { app: 'api', 'app.kubernetes.io/managed-by': 'Helm' };
    assert.deepEqual(spec, {
      selector: { matchLabels: own },
      template: {
        metadata: { labels: own },
        spec: { containers: [{ name: 'main', image: 'shop/api:1' }] },
      },
    });
    assert.deepEqual(skippedIn(planned), []);
  });

  it('leaves the label of a bare pod alone that a selector may match', () => {
    const labels = ', labels: {app.kubernetes.io/managed-by: Helm}';
    const planned = plan(`{apiVersion: v1, kind: Pod, metadata: {name: one${labels}}, spec: ${plain}}`);
    assert.equal(find(planned, 'Pod one').metadata.labels?.['app.kubernetes.io/managed-by'], 'Helm');
  });

  it('skips what belongs to the whole cluster, and what only works with it', () => {
    const planned = plan(`
${deployment('api', plain)}
{apiVersion: v1, kind: Namespace, metadata: {name: shop-dev}}
---
{apiVersion: v1, kind: PersistentVolume, metadata: {name: disk}}
---
{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: {name: tills.shop.example},
  spec: {group: shop.example, names: {kind: Till}}}
---
{apiVersion: shop.example/v1, kind: Till, metadata: {name: one}}
---
{apiVersion: monitoring.coreos.com/v1, kind: ServiceMonitor, metadata: {name: api}}
---
{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: shop}}
`);
    assert.deepEqual(namesIn(planned), ['Deployment api']);
    assert.deepEqual(skippedIn(planned), [
      'Namespace shop-dev: the rehearsal has a namespace of its own, with its labels where it is the environment’s',
      'PersistentVolume disk: it belongs to the whole cluster, not to a namespace',
      'CustomResourceDefinition tills.shop.example: it belongs to the whole cluster, not to a namespace',
      'Till one: its definition tills.shop.example belongs to the whole cluster, which does not have it',
      'ServiceMonitor api: the cluster does not serve ServiceMonitor of monitoring.coreos.com/v1',
      'Application shop: an agent would act on it beyond the rehearsal',
    ]);
  });

  it('takes the namespace where most runs for the environment’s own, and skips what is fixed to others', () => {
    const planned = plan(`
{apiVersion: v1, kind: ConfigMap, metadata: {name: dashboard, namespace: monitoring}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: alerts, namespace: monitoring}}
---
${deployment('api', plain, ', namespace: shop-dev')}
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
---
{apiVersion: v1, kind: Namespace, metadata: {name: shop-dev, labels: {level: strict}}}
`);
    assert.deepEqual(namesIn(planned), ['ConfigMap settings', 'Deployment api']);
    assert.equal(
      skippedIn(planned)[0],
      "ConfigMap dashboard: it is fixed to namespace monitoring; the environment's own is shop-dev",
    );
    assert.deepEqual(planned.namespace?.metadata.labels, { level: 'strict' });
  });

  it('skips what needs something that is not there, and says what', () => {
    const needs = (volume: string) =>
      `{containers: [{name: main, image: shop/api:1}], volumes: [{name: v, ${volume}}]}`;
    const planned = plan(`
${deployment('secret', needs('secret: {secretName: keys}'))}
${deployment('optional', needs('secret: {secretName: keys, optional: true}'))}
${deployment('settings', needs('configMap: {name: settings}'))}
${deployment('disk', needs('persistentVolumeClaim: {claimName: disk}'))}
${deployment('account', '{serviceAccountName: robot, containers: [{name: main, image: shop/api:1}]}')}
{apiVersion: v1, kind: ConfigMap, metadata: {name: settings}}
---
{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: disk}, spec: {storageClassName: fast}}
`);
    assert.deepEqual(skippedIn(planned), [
      'PersistentVolumeClaim disk: StorageClass fast is not here',
      'Deployment secret: it needs Secret keys, which is not in the manifests',
      'Deployment disk: it needs PersistentVolumeClaim disk, which is not rehearsed',
      'Deployment account: it needs ServiceAccount robot, which is not in the manifests',
    ]);
    assert.deepEqual(namesIn(planned), ['ConfigMap settings', 'Deployment optional', 'Deployment settings']);
  });

  it('skips claims that find no volume, or one that would stay behind', () => {
    const claim = (name: string, spec: string) =>
      `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: ${name}}, spec: ${spec}}\n---\n`;
    const planned = plan(
      claim('fine', '{storageClassName: standard}') +
        claim('none', '{}') +
        claim('kept', '{storageClassName: archive}') +
        claim('fixed', '{storageClassName: standard, volumeName: disk-7}') +
        `{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: db},
          spec: {template: {spec: ${plain}}, volumeClaimTemplates: [{metadata: {name: data}, spec: {}}]}}`,
    );
    assert.deepEqual(namesIn(planned), ['PersistentVolumeClaim fine']);
    assert.deepEqual(skippedIn(planned), [
      'PersistentVolumeClaim none: no StorageClass here is the default',
      'PersistentVolumeClaim kept: StorageClass archive keeps volumes after their claims',
      'PersistentVolumeClaim fixed: it wants volume disk-7 and no other',
      'StatefulSet db: its claim data: no StorageClass here is the default',
    ]);
  });

  it('takes no host from an Ingress that is there, and serves none without a class', () => {
    const ingress = (name: string, spec: string) =>
      `{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: ${name}}, spec: ${spec}}\n---\n`;
    const planned = plan(
      ingress('fine', '{ingressClassName: nginx, rules: [{host: other.example}]}') +
        ingress('taken', '{ingressClassName: nginx, rules: [{host: shop.example}]}') +
        ingress('class', '{ingressClassName: traefik}') +
        ingress('none', '{}'),
    );
    assert.deepEqual(namesIn(planned), ['Ingress fine']);
    assert.deepEqual(skippedIn(planned), [
      'Ingress taken: Ingress shop-dev/api serves shop.example already',
      'Ingress class: IngressClass traefik is not here',
      'Ingress none: no IngressClass here would serve it',
    ]);
  });

  it('lets no change reach the node that the environment’s branch does not reach already', () => {
    const host = '{hostNetwork: true, containers: [{name: main, image: shop/api:1}]}';
    assert.deepEqual(skippedIn(plan(deployment('api', host), deployment('api', plain))), [
      "Deployment api: its pods want the network of its node, which the environment's branch does not give them yet",
    ]);
    assert.deepEqual(skippedIn(plan(deployment('api', host), deployment('api', host))), []);
    for (const reach of [
      '{containers: [], volumes: [{name: v, hostPath: {path: /}}]}',
      '{hostPID: true, containers: []}',
      '{hostIPC: true, containers: []}',
      '{containers: [{name: main, securityContext: {privileged: true}}]}',
      '{containers: [], initContainers: [{name: main, securityContext: {capabilities: {add: [SYS_ADMIN]}}}]}',
    ])
      assert.equal(plan(deployment('api', reach)).skipped.length, 1, reach);
    const harmless =
      '{containers: [{name: main, securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}}]}';
    assert.deepEqual(skippedIn(plan(deployment('api', harmless))), []);
  });

  it('leads what names the environment’s namespace into the rehearsal, and nothing else', () => {
    const planned = plan(`
{apiVersion: v1, kind: Service, metadata: {name: api, namespace: shop}, spec: {selector: {app: api}}}
---
{apiVersion: v1, kind: Service, metadata: {name: db, namespace: shop}, spec: {clusterIP: None}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: settings, namespace: shop}
data:
  urls: http://api.shop.svc.cluster.local:80, http://api.shop/x, api.shop, db-0.db.shop.svc
  others: api.shop.example.com, my-api.shop, web.shop.svc, shop
  namespace: shop
---
${deployment('api', '{containers: [{name: main, image: shop/api:1, env: [{name: POD_NAMESPACE, value: shop}, {name: TITLE, value: shop}]}]}', ', namespace: shop')}
`);
    assert.deepEqual(find(planned, 'ConfigMap settings').data, {
      urls: 'http://api.rehearsal-dev-1.svc.cluster.local:80, http://api.rehearsal-dev-1/x, api.rehearsal-dev-1, db-0.db.rehearsal-dev-1.svc',
      others: 'api.shop.example.com, my-api.shop, web.shop.svc, shop',
      namespace: 'rehearsal-dev-1',
    });
    const text = JSON.stringify(find(planned, 'Deployment api'));
    assert.match(text, /"name":"POD_NAMESPACE","value":"rehearsal-dev-1"/);
    assert.match(text, /"name":"TITLE","value":"shop"/);
    assert.match(text, /"image":"shop\/api:1"/);
    assert.deepEqual(planned.notes, [
      "ConfigMap settings names the rehearsal's namespace instead of shop in 2 places",
      "Deployment api names the rehearsal's namespace instead of shop in 1 place",
    ]);
  });

  it('asks for other ports and addresses than those that a cluster has only once', () => {
    const planned = plan(
      '{apiVersion: v1, kind: Service, metadata: {name: api, finalizers: [a.b/c]}, spec: {type: NodePort, clusterIP: 10.0.0.7, ports: [{port: 80, nodePort: 30080}]}}',
    );
    assert.deepEqual(find(planned, 'Service api').spec, { type: 'NodePort', ports: [{ port: 80 }] });
    assert.equal('finalizers' in find(planned, 'Service api').metadata, false);
    assert.deepEqual(planned.notes, [
      'Service api gets others for its clusterIP, nodePort, which the cluster has only once',
      'Service api is applied without its finalizers, so that it can be removed',
    ]);
  });

  it('takes images by the names that nodes can pull, in the rehearsal only', () => {
    const images = new Map([['shop/api:1', 'localhost:5001/shop/api:1']]);
    const planned = plan(
      deployment('api', '{initContainers: [{image: shop/api:1}], containers: [{image: redis:7}]}'),
      '',
      images,
    );
    assert.match(JSON.stringify(find(planned, 'Deployment api')), /"image":"localhost:5001\/shop\/api:1"/);
    assert.deepEqual(planned.notes, ['shop/api:1 is pulled as localhost:5001/shop/api:1']);
  });

  it('leaves out hooks of another time, tools’ own objects and those without a name', () => {
    const map = (name: string, annotation: string) =>
      `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${name}, annotations: {${annotation}}}}\n---\n`;
    const planned = plan(
      map('test', 'helm.sh/hook: test') +
        map('before', 'helm.sh/hook: "pre-install,pre-upgrade"') +
        map('after', 'argocd.argoproj.io/hook: PostDelete') +
        map('local', 'config.kubernetes.io/local-config: "true"') +
        '{apiVersion: batch/v1, kind: Job, metadata: {generateName: job-}, spec: {}}',
    );
    assert.deepEqual(namesIn(planned), ['ConfigMap before']);
    assert.equal(planned.skipped.length, 4);
  });
});
