import assert from 'node:assert/strict';
import type { WatchEvent } from '../../src/engine/ports/clusters.ts';
import { waitUntil } from './cliProcess.ts';
import { type ClusterContract, proofOf } from './clusterContract.ts';
import { fakeKinds } from './fakeKinds.ts';

const serviceAccounts = {
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
};

/** Image with a shell and Node that the tests' cluster has. */
export const podImage = process.env.TOWLINE_LAB_NODE_IMAGE ?? 'local/node:24';

/** Starts a pod with one container `main` and waits until it is ready. */
export async function startPod(
  { clusters, context, namespace }: ClusterContract,
  name: string,
  {
    container = {},
    labels = {},
  }: { readonly container?: object; readonly labels?: Record<string, string> } = {},
): Promise<void> {
  const { signal } = new AbortController();
  const reads = clusters.connect(context);
  try {
    const { resourceVersion } = await reads.list(fakeKinds.pods, { namespace }, {}, signal);
    const main = {
      name: 'main',
      image: podImage,
      imagePullPolicy: 'IfNotPresent',
      command: ['sh', '-c', 'trap exit TERM; while true; do sleep 1; done'],
      ...container,
    };
    // A new namespace gets its account a moment later; without its token there is nothing else to wait for.
    await waitUntil(`${namespace} has its service account`, async () => {
      return (await reads.get(serviceAccounts, namespace, 'default', signal)) !== undefined;
    });
    const spec = {
      containers: [main],
      terminationGracePeriodSeconds: 0,
      automountServiceAccountToken: false,
    };
    await clusters
      .openForWriting(proofOf(clusters, context))
      .create(
        { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels }, spec },
        fakeKinds.pods,
        signal,
      );
    const ready = new AbortController();
    const onEvent = (event: WatchEvent): void => {
      if (isReady(event)) ready.abort();
    };
    const from = { resourceVersion, timeoutSeconds: 60 };
    await reads.watch(fakeKinds.pods, { namespace }, from, onEvent, ready.signal).catch((error: unknown) => {
      if (!ready.signal.aborted) throw error;
    });
    assert.ok(ready.signal.aborted, `${name} did not get ready`);
  } finally {
    reads.dispose();
  }
}

function isReady(event: object): boolean {
  const { object } = event as {
    readonly object?: {
      readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
    };
  };
  return (
    object?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false
  );
}
