import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'mocha';
import type { ClusterObject } from '../../../../src/domain/kubernetes/clusterObject.ts';
import { writeInventory } from '../../../../src/domain/localAgent/inventory.ts';
import { nameOfObject } from '../../../../src/domain/localAgent/objectName.ts';
import { findLeftovers } from '../../../../src/engine/diffing/findLeftovers.ts';
import { readAgentBooks } from '../../../../src/engine/diffing/readAgentBooks.ts';
import { clusterError, createFakeClusters, type FakeCluster } from '../../../support/fakeClusters.ts';
import { fakeKinds } from '../../../support/fakeKinds.ts';

const kustomizations = {
  group: 'kustomize.toolkit.fluxcd.io',
  version: 'v1',
  kind: 'Kustomization',
  plural: 'kustomizations',
  namespaced: true,
} as const;
const applications = {
  group: 'argoproj.io',
  version: 'v1alpha1',
  kind: 'Application',
  plural: 'applications',
  namespaced: true,
} as const;

const place = { url: 'https://git.test/shop.git', path: 'deploy/dev', branch: 'main' };
const application: ClusterObject = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Application',
  metadata: { name: 'shop', namespace: 'argocd' },
  spec: {
    source: { repoURL: 'git@git.test:shop', path: 'deploy/dev', kustomize: { images: ['shop/api:pinned'] } },
    destination: { namespace: 'shop' },
  },
  status: {
    resources: [
      { version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'stays' },
      { version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'left' },
      { version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'kept' },
      { version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'gone' },
      { group: 'example.org', version: 'v1', kind: 'Till', namespace: 'shop', name: 'of a kind that went' },
    ],
  },
};

describe('what an agent put there and the manifests no longer name', () => {
  const { signal } = new AbortController();
  let cluster: FakeCluster;
  let look: () => Promise<unknown>;

  beforeEach(() => {
    const clusters = createFakeClusters();
    cluster = clusters.cluster('lab');
    const reads = clusters.connect('lab');
    const configMap = (name: string, annotations = {}) => {
      const metadata = { name, namespace: 'shop', annotations };
      cluster.objects.store(fakeKinds.configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
    };
    configMap('stays');
    configMap('left');
    configMap('of somebody else');
    configMap('kept', { 'argocd.argoproj.io/sync-options': 'Prune=false' });
    const metadata = { name: 'stays', namespace: 'shop' };
    const named = [nameOfObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata })];
    look = async () => {
      const books = await readAgentBooks(reads, 'dev', place, signal);
      const leftovers = await findLeftovers(reads, books, named, signal);
      if ('unchecked' in leftovers) return leftovers;
      const objects = leftovers.objects.map(
        ({ name, keptBy }) => `${name.name}${keptBy ? `: ${keptBy}` : ''}`,
      );
      return { by: leftovers.by, objects, namespace: books?.namespace, notes: books?.notes.length };
    };
  });

  it('is told by an Application, with what keeps it and what the agent changes on its way', async () => {
    cluster.kinds = [...cluster.kinds, applications];
    cluster.objects.store(applications, application);
    assert.deepEqual(await look(), {
      by: 'Argo CD',
      objects: ['kept: argocd.argoproj.io/sync-options', 'left'],
      namespace: 'shop',
      notes: 1,
    });
  });

  it('is not taken from an agent that follows other manifests', async () => {
    cluster.kinds = [...cluster.kinds, applications];
    const source = { repoURL: place.url, path: 'deploy/prod' };
    cluster.objects.store(applications, { ...application, spec: { source } });
    assert.match(JSON.stringify(await look()), /no agent on the cluster keeps books/);
  });

  it('is told by Towline’s own inventory of this environment', async () => {
    const source = { environment: 'dev', repository: place.url, branch: 'main', path: place.path };
    const objects = [{ group: '', kind: 'ConfigMap', namespace: 'shop', name: 'left' }];
    for (const environment of ['prod', 'dev'])
      cluster.objects.store(
        fakeKinds.configMaps,
        writeInventory(environment, {
          source: { ...source, environment },
          paused: false,
          objects: environment === 'dev' ? objects : [],
        }),
      );
    assert.deepEqual(await look(), {
      by: 'Towline’s agent',
      objects: ['left'],
      namespace: undefined,
      notes: 0,
    });
  });

  it('is unchecked where the agent has applied nothing yet, or may not be read', async () => {
    cluster.kinds = [...cluster.kinds, kustomizations];
    cluster.objects.store(kustomizations, {
      apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
      kind: 'Kustomization',
      metadata: { name: 'shop', namespace: 'flux-system' },
      spec: { path: './deploy/dev', sourceRef: { kind: 'GitRepository', name: 'shop' } },
    });
    assert.match(JSON.stringify(await look()), /unchecked/);
    cluster.refuse = ({ method }) => (method === 'list' ? clusterError('cluster-forbidden') : undefined);
    assert.match(JSON.stringify(await look()), /unchecked/);
  });
});
