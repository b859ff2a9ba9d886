import { failureOf } from '../../domain/errors/towlineError.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import type { Finding } from './finding.ts';

/** Longest that a cluster is waited for. Milliseconds. */
const longestLook = 5_000;

/** The kubeconfig contexts that environments name: there or not, local or only read. None of them stops a run. */
export function findContexts(
  { clusters, localClusters }: Pick<Ports, 'clusters'> & { readonly localClusters: LocalClusters },
  { workspace }: OpenWorkspace,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const environments = new Map<string, string[]>();
  for (const { name, context } of workspace.environments)
    if (context !== undefined) environments.set(context, [...(environments.get(context) ?? []), name]);
  return Promise.all(
    [...environments].map(async ([context, names]): Promise<Finding> => {
      const name = `cluster of ${names.join(', ')}`;
      try {
        const found = clusters.readContexts().contexts.find((known) => known.name === context);
        if (!found) {
          const next = 'Correct `context` in towline.yaml, or add the context to your kubeconfig.';
          return { name, state: 'optional', detail: `there is no kubeconfig context ${context}`, next };
        }
        const limited = AbortSignal.any([signal, AbortSignal.timeout(longestLook)]);
        const locality = await localClusters.judge(context, limited);
        const use = locality.local ? `local: ${locality.because}` : `only read: ${locality.why}`;
        return { name, state: 'found', detail: `context ${context} (${found.server}), ${use}` };
      } catch (error) {
        signal.throwIfAborted();
        const { what, why, next } = failureOf(error);
        return { name, state: 'optional', detail: `context ${context}: ${what}: ${why}`, next };
      }
    }),
  );
}
