import type { ContextSelection } from '../../domain/kubeconfig/selectContext.ts';
import type { ClusterContext } from '../../engine/ports/clusters.ts';
import type { Processes } from '../../engine/ports/processes.ts';

/** A context as it stands in the kubeconfig now. */
export interface Target {
  readonly context: ClusterContext;
  readonly selection: ContextSelection;
  /** Runs credential programs. */
  readonly processes: Processes;
}
