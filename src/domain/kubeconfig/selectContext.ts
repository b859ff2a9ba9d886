import type { Problem } from '../errors/problem.ts';
import type { Kubeconfig, KubeconfigCluster, KubeconfigContext, KubeconfigUser } from './kubeconfig.ts';

/** A context with what it names. */
export interface ContextSelection {
  readonly context: KubeconfigContext;
  readonly cluster: KubeconfigCluster & { readonly server: string };
  /** Absent where the context names none: nobody in particular. */
  readonly user: KubeconfigUser | undefined;
}

/** Follows a context to its cluster and user; undefined when there is no such context. */
export function selectContext(
  config: Kubeconfig,
  name: string,
): ContextSelection | { readonly problem: Problem } | undefined {
  const context = config.contexts.get(name);
  if (context === undefined) return undefined;
  const wrong = (message: string, at = context.at) => ({
    problem: { severity: 'error' as const, message, at },
  });
  const cluster = config.clusters.get(context.cluster);
  if (cluster === undefined) {
    return wrong(
      `Context ${JSON.stringify(name)} names cluster ${JSON.stringify(context.cluster)}, which is not there.`,
    );
  }
  const user = config.users.get(context.user);
  if (user === undefined && context.user !== '') {
    return wrong(
      `Context ${JSON.stringify(name)} names user ${JSON.stringify(context.user)}, which is not there.`,
    );
  }
  const { server } = cluster;
  if (server === undefined)
    return wrong(`Cluster ${JSON.stringify(cluster.name)} names no server.`, cluster.at);
  return { context, cluster: { ...cluster, server }, user };
}
