import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { describeObject } from '../../../../src/domain/kubernetes/describeObject.ts';
import { hideSecrets } from '../../../../src/domain/kubernetes/hideSecrets.ts';
import type { ClusterEvent } from '../../../../src/domain/workloads/workload.ts';

const canary = 'canary-7f3a';

function object(kind: string, rest: object = {}, metadata: object = {}): ClusterObject {
  return { kind, apiVersion: 'v1', metadata: { name: 'api', namespace: 'shop', ...metadata }, ...rest };
}

function event(rest: Partial<ClusterEvent> = {}): ClusterEvent {
  return {
    uid: 'e',
    about: { kind: 'Pod', namespace: 'shop', name: 'api', uid: 'u' },
    type: 'Warning',
    reason: 'BackOff',
    message: 'Back-off restarting failed container',
    count: 3,
    first: 0,
    last: Date.UTC(2030, 0, 2, 3, 4, 5),
    ...rest,
  };
}

describe('the description of an object', () => {
  it('is YAML with the events at its end, and says what it leaves out', () => {
    const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': canary, note: 'kept' };
    const text = describeObject(
      object(
        'Pod',
        { spec: { nodeName: 'node1' } },
        { annotations, managedFields: [{ manager: 'kubectl' }] },
      ),
      [event(), event({ type: 'Normal', reason: 'Pulled', message: 'two\nlines', count: 1 })],
    );
    assert.equal(
      text,
      `# Left out: managedFields, annotation kubectl.kubernetes.io/last-applied-configuration
apiVersion: v1
kind: Pod
metadata:
  name: api
  namespace: shop
  annotations:
    note: kept
spec:
  nodeName: node1

# Events, newest first
# 2030-01-02T03:04:05Z  Warning BackOff (3 times): Back-off restarting failed container
# 2030-01-02T03:04:05Z  Pulled: two
#     lines
`,
    );
  });

  it('says that there are no events, or why they cannot be read', () => {
    assert.match(describeObject(object('Pod'), []), /\n# No events\n$/);
    const { failure } = new TowlineError('cluster-forbidden', { why: 'events is forbidden\nfor you' });
    assert.match(
      describeObject(object('Pod'), failure),
      /# Events cannot be read: .*is forbidden\n# {5}for you\n$/,
    );
  });

  it('shows what could mislead the eye', () => {
    const text = describeObject(object('Pod', { spec: { nodeName: 'a\u202eb' } }), [
      event({ message: '\x1b[2Jgone\u2028# Fine' }),
    ]);
    assert.match(text, /a\\u\{202e\}b/);
    assert.match(text, /\\u\{1b\}\[2Jgone\n# {5}# Fine/);
  });
});

describe('what is secret in an object', () => {
  const env = [
    { name: 'DB_PASSWORD', value: canary },
    { name: 'GITHUB_TOKEN', value: canary },
    { name: 'DATABASE_URL', value: `postgres://shop:${canary}@db:5432/shop` },
    { name: 'PEM', value: `-----BEGIN RSA PRIVATE KEY-----\n${canary}` },
    { name: 'PASSWORD_FROM', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    { name: 'LEVEL', value: 'debug' },
  ];
  const spec = { containers: [{ name: 'app', env }], initContainers: [{ name: 'init', env }] };

  for (const [what, one] of [
    ['a Secret', object('Secret', { data: { a: canary }, stringData: { b: canary } })],
    ['a Pod', object('Pod', { spec })],
    ['a Deployment', object('Deployment', { spec: { template: { spec } } })],
    ['a CronJob', object('CronJob', { spec: { jobTemplate: { spec: { template: { spec } } } } })],
    ['a ConfigMap', object('ConfigMap', { data: { 'api-key': canary, url: `https://u:${canary}@host` } })],
    ['an annotation', object('Pod', {}, { annotations: { origin: `https://u:${canary}@host/x` } })],
  ] as const)
    it(`of ${what} is not shown`, () => assert.ok(!describeObject(one, []).includes(canary)));

  it('leaves the rest as it is', () => {
    const { containers } = hideSecrets(object('Pod', { spec })).spec as typeof spec;
    const shown = containers[0]?.env ?? [];
    assert.equal(shown[0]?.value, `(hidden, ${canary.length} characters)`);
    assert.equal(shown[2]?.value, 'postgres://shop:…@db:5432/shop');
    assert.deepEqual(shown.slice(4), env.slice(4));
    const config = object('ConfigMap', { data: { url: 'https://host:80/a@b', level: 'debug' } });
    assert.deepEqual(hideSecrets(config), config);
  });

  it('is looked for as deep as anything is nested', () => {
    let nested: object = { env };
    for (let depth = 0; depth < 5_000; depth += 1) nested = { nested };
    assert.ok(!describeObject(object('Custom', { nested }), []).includes(canary));
  });
});
