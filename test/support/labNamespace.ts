import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import { after, afterEach, before } from 'mocha';
import { createClusters } from '../../src/adapters/kubernetes/createClusters.ts';
import { createProcesses } from '../../src/adapters/node/nodeProcesses.ts';
import type { Clusters } from '../../src/engine/ports/clusters.ts';
import { type ClusterContract, proofOf } from './clusterContract.ts';
import { fakeKinds } from './fakeKinds.ts';
import { skipTest } from './skipTest.ts';

export interface LabNamespaces {
  readonly clusters: Clusters;
  readonly context: string;
  /** A namespace of its own for a test; it goes when the test is over. */
  open(): Promise<ClusterContract>;
}

/** Namespaces on the cluster that TOWLINE_LAB_KUBECONFIG names; without one the suite is skipped. Call inside a `describe`. */
export function useLabNamespace(): LabNamespaces {
  const { signal } = new AbortController();
  const kubeconfig = process.env.TOWLINE_LAB_KUBECONFIG;
  const environment = { ...process.env, KUBECONFIG: kubeconfig };
  const clusters = createClusters({
    environment,
    homeFolder: homedir(),
    processes: createProcesses({ environment }),
  });
  const made: string[] = [];
  let context = '';

  before(function () {
    if (!kubeconfig) skipTest(this, 'TOWLINE_LAB_KUBECONFIG names no cluster');
    context = clusters.readContexts().current ?? '';
  });
  const removeAll = async () => {
    if (made.length === 0) return;
    const writes = clusters.openForWriting(proofOf(clusters, context));
    for (const name of made.splice(0)) await writes.delete(fakeKinds.namespaces, undefined, name, {}, signal);
  };
  afterEach(removeAll);
  after(removeAll);

  return {
    clusters,
    get context() {
      return context;
    },
    async open() {
      const namespace = `towline-test-${randomUUID().slice(0, 8)}`;
      const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } };
      const writes = clusters.openForWriting(proofOf(clusters, context));
      await writes.create(object, fakeKinds.namespaces, signal);
      made.push(namespace);
      return { clusters, context, namespace };
    },
  };
}
