import { present } from '../../base/present.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Verdict } from '../../domain/verdict/verdict.ts';
import type { Ports } from '../ports/ports.ts';
import { findWorkload, readWorkloadWords } from './findWorkload.ts';
import { followRollout, type RolloutOptions } from './followRollout.ts';
import type { ManifestLines } from './manifestLines.ts';

export interface VerdictRequest {
  /** `api`, `deployment/api` */
  readonly workload: string;
  /** kubeconfig context; the environment's when absent, else the one that kubectl would use. It is only read. */
  readonly context?: string;
  /** That of the environment's manifests when absent, else the context's own. */
  readonly namespace?: string;
}

/** Finds a workload on a cluster and follows it. Throws `context-unknown`, `workload-unknown`, and as ClusterReads does. */
export async function* followVerdict(
  { clusters, clock }: Pick<Ports, 'clusters' | 'clock'>,
  request: VerdictRequest & { readonly lines?: ManifestLines | undefined } & RolloutOptions,
  signal: AbortSignal,
): AsyncGenerator<Verdict> {
  const { lines, workload: words, onStale } = request;
  const context = request.context ?? lines?.environment.context ?? clusters.readContexts().current;
  if (context === undefined)
    throw new TowlineError('context-unknown', {
      why: 'No context was named and the kubeconfig has no current one.',
    });
  const { kinds, name } = readWorkloadWords(words);
  const reads = clusters.connect(context);
  try {
    const namespace = request.namespace ?? lines?.namespaceOf(kinds, name) ?? reads.context.namespace;
    const found = await findWorkload(reads, namespace, words, signal);
    for await (const verdict of followRollout({ reads, clock }, found, signal, present({ onStale })))
      yield lines ? lines.place(verdict, found.workload) : verdict;
  } finally {
    reads.dispose();
  }
}
