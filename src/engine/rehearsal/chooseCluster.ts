import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import { requireLocal } from '../locality/requireLocal.ts';
import type { Clusters } from '../ports/clusters.ts';

export interface ChosenCluster {
  readonly context: string;
  /** Why it may be written to. */
  readonly because: string;
}

/**
 * The cluster to rehearse on: the one that was named, else the only one of the kubeconfig that is proven local, or the
 * environment's own where several are. The current context says nothing about it. Throws `cluster-not-local`.
 */
export async function chooseCluster(
  clusters: Pick<Clusters, 'readContexts'>,
  local: Pick<LocalClusters, 'judge'>,
  { named, own }: { readonly named: string | undefined; readonly own: string | undefined },
  signal: AbortSignal,
): Promise<ChosenCluster> {
  if (named !== undefined) {
    const { because } = await requireLocal(local, named, signal);
    return { context: named, because };
  }
  const { contexts } = clusters.readContexts();
  const judged = await Promise.all(
    contexts.map(async ({ name, server }) => ({ name, server, locality: await local.judge(name, signal) })),
  );
  const found = judged.flatMap(({ name, server, locality }) =>
    locality.local ? [{ context: name, server, because: locality.because }] : [],
  );
  // Several contexts may be one cluster, e.g. for several users or namespaces.
  const [first] = found;
  const chosen = found.every(({ server }) => server === first?.server)
    ? first
    : found.find(({ context }) => context === own);
  if (chosen) return { context: chosen.context, because: chosen.because };
  if (first)
    throw new TowlineError('cluster-not-local', {
      why: `Several clusters are proven local: ${found.map(({ context }) => context).join(', ')}.`,
      next: "Say which one with `--context`, or as the environment's `context` in towline.yaml.",
    });
  const [refused] = judged.flatMap(({ locality }) => (locality.local ? [] : [locality]));
  throw new TowlineError('cluster-not-local', {
    why:
      contexts.length === 1 && refused
        ? refused.why
        : `None of the ${contexts.length} contexts of the kubeconfig is proven local.`,
    ...(refused ? { next: refused.next } : {}),
  });
}
