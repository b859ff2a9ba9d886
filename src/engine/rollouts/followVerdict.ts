import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { Ports } from '../ports/ports.ts';
import { findWorkload } from './findWorkload.ts';
import { followRollout } from './followRollout.ts';

export interface VerdictRequest {
  /** `api`, `deployment/api` */
  readonly workload: string;
  /** kubeconfig context; the one that kubectl would use when absent. It is only read. */
  readonly context?: string;
  /** The context's own when absent. */
  readonly namespace?: string;
}

/** Finds a workload on a cluster and follows it. Throws `context-unknown`, `workload-unknown`, and as ClusterReads does. */
export async function* followVerdict(
  { clusters, clock }: Pick<Ports, 'clusters' | 'clock'>,
  request: VerdictRequest,
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const context = request.context ?? clusters.readContexts().current;
  if (context === undefined)
    throw new TowlineError('context-unknown', {
      why: 'No context was named and the kubeconfig has no current one.',
    });
  const reads = clusters.connect(context);
  try {
    const found = await findWorkload(
      reads,
      request.namespace ?? reads.context.namespace,
      request.workload,
      signal,
    );
    yield* followRollout({ reads, clock }, found, signal);
  } finally {
    reads.dispose();
  }
}
