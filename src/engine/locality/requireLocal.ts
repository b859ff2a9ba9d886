import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Locality } from '../../domain/locality/locality.ts';
import type { LocalClusters } from './localClusters.ts';

/** Refuses work on a cluster that is not proven local before any of it is done. Throws `cluster-not-local`. */
export async function requireLocal(
  guard: Pick<LocalClusters, 'judge'>,
  context: string,
  signal: AbortSignal,
): Promise<Extract<Locality, { readonly local: true }>> {
  const locality = await guard.judge(context, signal);
  if (locality.local) return locality;
  throw new TowlineError('cluster-not-local', { why: locality.why, next: locality.next });
}
