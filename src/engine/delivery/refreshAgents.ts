import { type AgentObject, agentGroups, agentKinds } from '../../domain/agents/agentObject.ts';
import { followsManifests, sourcesOf } from '../../domain/agents/followsManifests.ts';
import { isRefreshable, refreshRequest } from '../../domain/agents/refreshRequest.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import { requireLocal } from '../locality/requireLocal.ts';
import type { Ports } from '../ports/ports.ts';
import { openManifestSource } from '../proposals/manifestSource.ts';
import { chooseEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { listAgentObjects } from './readCluster.ts';

/** Who a request to look again comes from. */
const fieldManager = 'towline';

/**
 * Asks Argo CD or Flux to look at an environment's manifests now instead of at their next turn: what fetches them first,
 * then what applies them. Gives the objects that were asked; those whose reconciliation is suspended would not listen and
 * are left out. Throws `cluster-not-local` where Towline may not write, `agent-missing`, `context-unknown`,
 * `environment-unknown`, `environment-ambiguous`, and as ClusterReads and the manifests' repository do.
 */
export async function refreshAgents(
  ports: Ports,
  localClusters: LocalClusters,
  opened: OpenWorkspace,
  environmentName: string | undefined,
  signal: AbortSignal,
): Promise<readonly AgentObject[]> {
  const environment = chooseEnvironment(opened, environmentName);
  const { context, name } = environment;
  if (context === undefined)
    throw new TowlineError('context-unknown', {
      why: `${name} names no context`,
      next: 'Set `context` of the environment in towline.yaml.',
    });
  await requireLocal(localClusters, context, signal);
  const reads = ports.clusters.connect(context);
  try {
    const source = await openManifestSource(ports, opened, environment, [], signal);
    const objects = await listAgentObjects(reads, signal);
    const place = { url: source.remote?.url, path: source.path, branch: source.base };
    const following = objects.filter((object) => followsManifests(object, place, objects));
    const asked = [...sourcesOf(following, objects), ...following].filter(isRefreshable);
    if (asked.length === 0)
      throw new TowlineError('agent-missing', {
        why:
          following.length > 0
            ? `On ${context}, reconciliation of ${following.map((object) => `${object.kind} ${object.name}`).join(', ')} is suspended`
            : `On ${context}, neither Argo CD nor Flux follows ${source.path} on ${source.base}`,
      });
    const { kinds } = await reads.discover(signal, { groups: agentGroups() });
    const writes = localClusters.openWrites(context);
    for (const { agent, kind, namespace, name } of asked) {
      const known = agentKinds.find((one) => one.kind === kind);
      const served = kinds.find((one) => one.kind === kind && one.group === known?.group);
      if (!served || agent === 'towline') continue;
      const change = { metadata: { annotations: refreshRequest(agent, ports.clock.now()) } };
      await writes.patch({ kind: served, namespace, name }, change, { fieldManager }, signal);
    }
    return asked;
  } finally {
    reads.dispose();
  }
}
