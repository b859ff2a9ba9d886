import { agentGroups, agentKinds } from '../../src/domain/agents/agentObject.ts';
import type { ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';
import { apiVersionOf } from '../../src/domain/kubernetes/resourceKind.ts';
import type { Clusters } from '../../src/engine/ports/clusters.ts';
import { waitUntil } from './cliProcess.ts';
import { proofOf } from './clusterContract.ts';
import { fakeKinds } from './fakeKinds.ts';

const versions: Readonly<Record<string, string>> = {
  'argoproj.io': 'v1alpha1',
  'kustomize.toolkit.fluxcd.io': 'v1',
  'helm.toolkit.fluxcd.io': 'v2',
  'source.toolkit.fluxcd.io': 'v1',
};

/** The published group, version, kind and name in addresses of what Argo CD and Flux keep. */
export const agentResources: Readonly<Record<string, ResourceKind>> = Object.fromEntries(
  agentKinds.map(({ group, kind }) => [
    kind,
    {
      group,
      version: versions[group] ?? '',
      kind,
      plural: kind === 'GitRepository' ? 'gitrepositories' : `${kind.toLowerCase()}s`,
      namespaced: true,
    },
  ]),
);

/**
 * Makes a cluster serve the kinds of Argo CD and Flux, without their schemas and with nobody behind them; gives what
 * takes them away again, with all objects of them.
 */
export async function defineAgentKinds(
  clusters: Clusters,
  context: string,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  const writes = clusters.openForWriting(proofOf(clusters, context));
  const kind = fakeKinds.customResourceDefinitions;
  const names: string[] = [];
  for (const { group, version, kind: name, plural } of Object.values(agentResources)) {
    const object = {
      apiVersion: apiVersionOf(kind),
      kind: kind.kind,
      metadata: { name: `${plural}.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { kind: name, plural },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    };
    await writes.apply(object, kind, { fieldManager: 'test', force: true }, signal);
    names.push(object.metadata.name);
  }
  const reads = clusters.connect(context);
  await waitUntil('the kinds are served', async () => {
    const { kinds } = await reads.discover(signal, { fresh: true, groups: agentGroups() });
    return kinds.filter(({ group }) => agentGroups().includes(group)).length >= names.length;
  });
  reads.dispose();
  return async () => {
    for (const name of names) await writes.delete(kind, undefined, name, {}, signal);
  };
}
