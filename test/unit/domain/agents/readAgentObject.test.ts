import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { describeAgent } from '../../../../src/domain/agents/describeAgent.ts';
import { readAgentObject } from '../../../../src/domain/agents/readAgentObject.ts';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';

const a = '4f2a9c1d5b3e6f708192a3b4c5d6e7f801234567';
const b = '9e8d7c6b5a493827161504f3e2d1c0b9a8f7e6d5';
const at = '2026-03-01T10:00:00Z';

const read = (object: ClusterObject) => {
  const found = readAgentObject(object);
  assert.ok(found);
  return found;
};

describe('an Argo CD Application', () => {
  const application = (status: object, spec: object = {}, annotations: Record<string, string> = {}) =>
    read({
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Application',
      metadata: { name: 'shop-dev', namespace: 'argocd', annotations },
      spec: {
        destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' },
        source: { repoURL: 'https://git.example/shop.git', path: './deploy/dev/', targetRevision: 'main' },
        syncPolicy: { automated: { prune: true, selfHeal: true } },
        ...spec,
      },
      status,
    });
  const history = (...revisions: string[]) =>
    revisions.map((revision, id) => ({ id, revision, deployedAt: at }));

  it('is synced and healthy on the newest revision of its history', () => {
    const found = application({
      sync: { status: 'Synced', revision: b },
      health: { status: 'Healthy' },
      history: history(a, b),
      operationState: { phase: 'Succeeded', message: 'successfully synced (all tasks run)' },
      reconciledAt: at,
    });
    assert.deepEqual(found, {
      agent: 'argo-cd',
      kind: 'Application',
      namespace: 'argocd',
      name: 'shop-dev',
      sources: [{ url: 'https://git.example/shop.git', revision: 'main', path: 'deploy/dev' }],
      targetNamespace: 'shop',
      sync: 'synced',
      health: 'healthy',
      applied: { text: b, commit: b },
      message: 'successfully synced (all tasks run)',
      reconciled: Date.parse(at),
      imageOverrides: [],
    });
    assert.equal(describeAgent(found), 'Application shop-dev is on 9e8d7c6');
  });

  it('is on the old revision while the new one waits', () => {
    const found = application({
      sync: { status: 'OutOfSync', revision: b },
      health: { status: 'Healthy' },
      history: history(a),
    });
    assert.equal(found.sync, 'out-of-sync');
    assert.equal(describeAgent(found), 'Application shop-dev is on 4f2a9c1, 9e8d7c6 is waiting');
  });

  it('waits for a hand where nothing syncs by itself', () => {
    const status = { sync: { status: 'OutOfSync', revision: b }, history: history(a) };
    for (const syncPolicy of [undefined, {}, { automated: { enabled: false } }])
      assert.equal(
        describeAgent(application(status, { syncPolicy })),
        'Application shop-dev is on 4f2a9c1, 9e8d7c6 waits for a sync by hand',
      );
    assert.equal(application(status, { syncPolicy: { automated: {} } }).manual, undefined);
  });

  it('has one that is being applied while its operation runs', () => {
    const found = application({
      sync: { status: 'OutOfSync', revision: b },
      health: { status: 'Progressing' },
      history: history(a),
      operationState: { phase: 'Running', message: 'waiting for healthy state of apps/Deployment/api' },
    });
    assert.equal(found.sync, 'syncing');
    assert.equal(found.health, 'progressing');
    assert.equal(describeAgent(found), 'Application shop-dev is on 4f2a9c1, 9e8d7c6 is being applied');
  });

  it('gives the message and the retries of a sync that failed', () => {
    const found = application({
      sync: { status: 'OutOfSync', revision: b },
      health: { status: 'Degraded', message: 'Deployment "api" exceeded its progress deadline' },
      history: history(a),
      operationState: {
        phase: 'Failed',
        message: 'one or more objects failed to apply, reason: admission webhook denied the request',
        retryCount: 5,
      },
    });
    assert.equal(found.sync, 'failed');
    assert.deepEqual(found.failure, {
      reason: 'Failed',
      message: 'one or more objects failed to apply, reason: admission webhook denied the request',
      retries: 5,
      final: true,
    });
    assert.equal(describeAgent(found), 'Application shop-dev is on 4f2a9c1, 9e8d7c6 failed after 5 retries');
  });

  it('says that a sync is tried again', () => {
    const found = application({
      sync: { status: 'OutOfSync', revision: b },
      history: history(a),
      operationState: { phase: 'Running', message: 'Retrying attempt #2', retryCount: 1 },
    });
    assert.equal(found.sync, 'syncing');
    assert.deepEqual(found.failure, {
      reason: 'Retrying',
      message: 'Retrying attempt #2',
      retries: 1,
      final: false,
    });
  });

  it('fails where its source cannot be compared', () => {
    const message = 'Failed to load target state: repository not found';
    const found = application({
      sync: { status: 'Unknown' },
      health: { status: 'Healthy' },
      history: history(a),
      conditions: [
        { type: 'SharedResourceWarning', message: 'Deployment/api is part of two applications' },
        { type: 'ComparisonError', message },
      ],
    });
    assert.equal(found.sync, 'failed');
    assert.deepEqual(found.failure, { reason: 'ComparisonError', message, final: false });
    assert.equal(describeAgent(found), 'Application shop-dev is on 4f2a9c1 and failed and is tried again');
  });

  it('has every health that Argo CD knows', () => {
    for (const [theirs, ours] of [
      ['Healthy', 'healthy'],
      ['Progressing', 'progressing'],
      ['Degraded', 'degraded'],
      ['Suspended', 'suspended'],
      ['Missing', 'missing'],
      ['Unknown', 'unknown'],
      ['constructor', 'unknown'],
      [undefined, 'unknown'],
    ] as const)
      assert.equal(application({ health: { status: theirs } }).health, ours);
  });

  it('takes the commit of several sources, not the version of a chart', () => {
    const found = application(
      {
        sync: { status: 'OutOfSync', revisions: ['1.4.0', b] },
        history: [{ id: 1, revisions: ['1.4.0', a] }],
      },
      {
        source: undefined,
        sources: [
          {
            repoURL: 'https://charts.example',
            chart: 'shop',
            targetRevision: '1.4.0',
            helm: {
              parameters: [
                { name: 'api.image.tag', value: 'v9' },
                { name: 'replicas', value: '3' },
              ],
            },
          },
          { repoURL: 'https://git.example/values.git', targetRevision: 'main', ref: 'values' },
        ],
      },
    );
    assert.equal(found.applied?.commit, a);
    assert.equal(found.waiting?.commit, b);
    assert.deepEqual(found.sources[0], { url: 'https://charts.example', revision: '1.4.0', chart: 'shop' });
    assert.deepEqual(found.imageOverrides, ['api.image.tag=v9']);
  });

  it('names the images that it sets itself', () => {
    const source = { repoURL: 'x', path: 'y', kustomize: { images: ['shop/api=ghcr.io/shop/api:v2'] } };
    assert.deepEqual(application({}, { source }).imageOverrides, ['shop/api=ghcr.io/shop/api:v2']);
  });

  it('knows of a refresh that was asked for', () => {
    assert.equal(application({}, {}, { 'argocd.argoproj.io/refresh': 'normal' }).requested, true);
    assert.equal(application({}).requested, undefined);
  });

  it('is uncertain, not wrong, before its controller has seen it', () => {
    const found = application({});
    assert.equal(found.sync, 'unknown');
    assert.equal(found.health, 'unknown');
    assert.equal(describeAgent(found), 'Application shop-dev has applied nothing yet');
  });
});

describe('a Flux Kustomization', () => {
  const kustomization = (status: object, spec: object = {}, metadata: object = {}) =>
    read({
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'shop', namespace: 'flux-system', generation: 1, ...metadata },
      spec: { path: './deploy/dev', sourceRef: { kind: 'GitRepository', name: 'shop' }, ...spec },
      status: { observedGeneration: 1, ...status },
    });
  const ready = (status: string, reason: string, message = reason) => ({
    type: 'Ready',
    status,
    reason,
    message,
    lastTransitionTime: at,
  });

  it('is synced on the revision it applied last', () => {
    const found = kustomization({
      conditions: [ready('True', 'ReconciliationSucceeded', `Applied revision: main@sha1:${a}`)],
      lastAppliedRevision: `main@sha1:${a}`,
      lastAttemptedRevision: `main@sha1:${a}`,
    });
    assert.deepEqual(found, {
      agent: 'flux',
      kind: 'Kustomization',
      namespace: 'flux-system',
      name: 'shop',
      sources: [{ path: 'deploy/dev', from: 'GitRepository/flux-system/shop' }],
      sync: 'synced',
      health: 'healthy',
      applied: { text: `main@sha1:${a}`, commit: a },
      message: `Applied revision: main@sha1:${a}`,
      reconciled: Date.parse(at),
      imageOverrides: [],
    });
    assert.equal(describeAgent(found), 'Kustomization shop is on main@4f2a9c1');
  });

  it('reads revisions as Flux wrote them before 2.0', () => {
    const found = kustomization({ lastAppliedRevision: `main/${a}`, lastAttemptedRevision: `main/${a}` });
    assert.equal(found.applied?.commit, a);
    assert.equal(found.waiting, undefined);
  });

  it('does not take the digest of an artifact for a commit', () => {
    const digest = 'c'.repeat(64);
    const found = kustomization({ lastAppliedRevision: `latest@sha256:${digest}` });
    assert.deepEqual(found.applied, { text: `latest@sha256:${digest}` });
  });

  it('is at a new revision while it reconciles', () => {
    const found = kustomization({
      conditions: [
        { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message: 'Detecting drift' },
        ready('Unknown', 'Progressing', 'Reconciliation in progress'),
      ],
      lastAppliedRevision: `main@sha1:${a}`,
      lastAttemptedRevision: `main@sha1:${b}`,
    });
    assert.equal(found.sync, 'syncing');
    assert.equal(found.health, 'progressing');
    assert.equal(
      describeAgent(found),
      'Kustomization shop is on main@4f2a9c1, main@9e8d7c6 is being applied',
    );
  });

  it('fails with the words of its health check', () => {
    const message =
      'health check failed after 30s: timeout waiting for: [Deployment/shop/api status: InProgress]';
    const found = kustomization({
      conditions: [
        { type: 'Healthy', status: 'False', reason: 'HealthCheckFailed', message },
        ready('False', 'HealthCheckFailed', message),
      ],
      lastAppliedRevision: `main@sha1:${b}`,
      lastAttemptedRevision: `main@sha1:${b}`,
    });
    assert.equal(found.sync, 'failed');
    assert.equal(found.health, 'degraded');
    assert.deepEqual(found.failure, { reason: 'HealthCheckFailed', message, final: false });
  });

  it('fails for good when it is stalled', () => {
    const found = kustomization({
      conditions: [
        { type: 'Stalled', status: 'True', reason: 'BuildFailed' },
        ready('False', 'BuildFailed', 'kustomize build failed: accumulating resources'),
      ],
      lastAppliedRevision: `main@sha1:${a}`,
      lastAttemptedRevision: `main@sha1:${b}`,
    });
    assert.equal(found.failure?.final, true);
    assert.equal(found.health, 'unknown');
    assert.equal(describeAgent(found), 'Kustomization shop is on main@4f2a9c1, main@9e8d7c6 failed');
  });

  it('waits for what it depends on without having failed', () => {
    const found = kustomization({
      conditions: [ready('False', 'DependencyNotReady', "dependency 'flux-system/infra' is not ready")],
      lastAppliedRevision: `main@sha1:${a}`,
      lastAttemptedRevision: `main@sha1:${b}`,
    });
    assert.equal(found.failure, undefined);
    assert.equal(found.sync, 'out-of-sync');
    assert.equal(describeAgent(found), 'Kustomization shop is on main@4f2a9c1, main@9e8d7c6 is waiting');
  });

  it('is suspended, whatever its conditions were before', () => {
    const found = kustomization(
      {
        conditions: [ready('Unknown', 'Progressing')],
        lastAppliedRevision: `main@sha1:${a}`,
        lastAttemptedRevision: `main@sha1:${b}`,
      },
      { suspend: true },
    );
    assert.equal(found.manual, 'suspended');
    assert.equal(found.health, 'suspended');
    assert.equal(found.sync, 'unknown');
    assert.equal(
      describeAgent(found),
      'Kustomization shop is on main@4f2a9c1, main@9e8d7c6 waits: reconciliation is suspended',
    );
  });

  it('is at it when its controller has not seen the newest specification', () => {
    const status = { conditions: [ready('True', 'ReconciliationSucceeded')] };
    assert.equal(kustomization(status).sync, 'synced');
    assert.equal(kustomization(status, {}, { generation: 2 }).sync, 'syncing');
  });

  it('knows of a reconciliation that was asked for and not yet made', () => {
    const annotations = { 'reconcile.fluxcd.io/requestedAt': '2' };
    assert.equal(kustomization({ lastHandledReconcileAt: '1' }, {}, { annotations }).requested, true);
    assert.equal(kustomization({ lastHandledReconcileAt: '2' }, {}, { annotations }).requested, undefined);
  });

  it('names the images that it sets itself', () => {
    const images = [{ name: 'shop/api', newName: 'ghcr.io/shop/api', newTag: 'v2' }];
    assert.deepEqual(kustomization({}, { images }).imageOverrides, ['shop/api=ghcr.io/shop/api:v2']);
  });
});

describe("Flux's other objects", () => {
  const object = (kind: string, group: string, spec: object, status: object) =>
    read({
      apiVersion: `${group}/v1`,
      kind,
      metadata: { name: 'shop', namespace: 'flux-system' },
      spec,
      status,
    });

  it('a GitRepository has fetched a commit, and says why it cannot fetch the next', () => {
    const message =
      "failed to checkout and determine revision: unable to clone 'ssh://git.example': handshake failed";
    const found = object(
      'GitRepository',
      'source.toolkit.fluxcd.io',
      { url: 'ssh://git.example/shop.git', ref: { branch: 'main' } },
      {
        artifact: { revision: `main@sha1:${a}` },
        conditions: [{ type: 'Ready', status: 'False', reason: 'GitOperationFailed', message }],
      },
    );
    assert.deepEqual(found.sources, [{ url: 'ssh://git.example/shop.git', revision: 'main' }]);
    assert.deepEqual(found.failure, { reason: 'GitOperationFailed', message, final: false });
    assert.equal(
      describeAgent(found),
      'GitRepository shop has fetched main@4f2a9c1 and failed and is tried again',
    );
  });

  const chart = {
    chart: { spec: { chart: 'shop', version: '1.x', sourceRef: { kind: 'HelmRepository', name: 'charts' } } },
  };

  it('a HelmRelease is on the chart version that is deployed', () => {
    const found = object('HelmRelease', 'helm.toolkit.fluxcd.io', chart, {
      history: [
        { chartVersion: '1.5.0', status: 'failed', version: 3 },
        { chartVersion: '1.4.0', status: 'deployed', version: 2 },
      ],
      lastAttemptedRevision: '1.5.0',
      failures: 2,
      conditions: [
        { type: 'Released', status: 'False', reason: 'UpgradeFailed' },
        {
          type: 'Ready',
          status: 'False',
          reason: 'UpgradeFailed',
          message: 'Helm upgrade failed: timed out',
        },
      ],
    });
    assert.deepEqual(found.sources, [
      { chart: 'shop', revision: '1.x', from: 'HelmRepository/flux-system/charts' },
    ]);
    assert.equal(
      describeAgent(found),
      'HelmRelease shop is on 1.4.0, 1.5.0 failed after 2 retries and is tried again',
    );
  });

  it('a HelmRelease of the old API has its version in one field', () => {
    const found = object('HelmRelease', 'helm.toolkit.fluxcd.io', chart, {
      lastAppliedRevision: '1.4.0',
      lastAttemptedRevision: '1.4.0',
      conditions: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded' }],
    });
    assert.equal(describeAgent(found), 'HelmRelease shop is on 1.4.0');
    assert.equal(found.sync, 'synced');
  });
});

describe('readAgentObject', () => {
  it('knows an object by group and kind together', () => {
    const named = (apiVersion: string, kind: string) =>
      readAgentObject({ apiVersion, kind, metadata: { name: 'x' } })?.agent;
    assert.equal(named('argoproj.io/v1alpha1', 'Application'), 'argo-cd');
    assert.equal(named('app.k8s.io/v1beta1', 'Application'), undefined);
    assert.equal(named('kustomize.config.k8s.io/v1beta1', 'Kustomization'), undefined);
    assert.equal(named('v1', 'Pod'), undefined);
  });

  it('reads what was never meant to be there without failing', () => {
    for (const broken of [null, 7, 'x', [], { conditions: 'x', history: [null], sync: [], artifact: 3 }])
      for (const [apiVersion, kind] of [
        ['argoproj.io/v1alpha1', 'Application'],
        ['kustomize.toolkit.fluxcd.io/v1', 'Kustomization'],
        ['helm.toolkit.fluxcd.io/v2', 'HelmRelease'],
        ['source.toolkit.fluxcd.io/v1', 'GitRepository'],
      ] as const) {
        const object = { apiVersion, kind, metadata: { name: 'x' }, spec: broken, status: broken };
        assert.match(describeAgent(read(object)), / x has (?:applied nothing yet|applied)/);
      }
  });
});
