import { TowlineError } from '../../domain/errors/towlineError.ts';
import { selectContext } from '../../domain/kubeconfig/selectContext.ts';
import type { Clusters } from '../../engine/ports/clusters.ts';
import type { Processes } from '../../engine/ports/processes.ts';
import { describeContext } from './clusterContext.ts';
import { createReads } from './createReads.ts';
import { createWrites } from './createWrites.ts';
import { invalidKubeconfig, type KubernetesPlace, loadKubeconfig } from './kubeconfigFiles.ts';
import type { Target } from './target.ts';

export interface ClustersOptions extends KubernetesPlace {
  /** Runs credential programs. */
  readonly processes: Processes;
}

/** Clusters of the kubeconfig that kubectl would use in this environment. Nothing is read before the first call. */
export function createClusters(options: ClustersOptions): Clusters {
  const read = (name: string): Target => {
    const { config, files } = loadKubeconfig(options);
    const selection = selectContext(config, name);
    if (selection === undefined) {
      const where = files.length > 0 ? `in ${files.join(', ')}` : 'and no kubeconfig file';
      throw new TowlineError('context-unknown', {
        why: `there is no context ${JSON.stringify(name)} ${where}`,
      });
    }
    if ('problem' in selection) throw invalidKubeconfig([selection.problem]);
    return { selection, context: describeContext(config, selection.context), processes: options.processes };
  };

  return {
    readContexts() {
      const { config, files, missing } = loadKubeconfig(options);
      const contexts = [...config.contexts.values()].map((context) => describeContext(config, context));
      return { contexts, current: config.currentContext, files, missing };
    },
    connect(name) {
      return createReads(read(name));
    },
    openForWriting(proof) {
      return createWrites(proof, read(proof.context));
    },
  };
}
