import type { Disposable } from '../../base/disposable.ts';
import { type Failure, TowlineError } from '../../domain/errors/towlineError.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { PodSource } from './podSource.ts';

/** A port that can be forwarded. */
export interface PortOffer {
  readonly port: number;
  readonly name?: string;
  /** Container that names it; absent for those of a Service. */
  readonly container?: string;
}

export interface ForwardOptions {
  /** Of the pod, or of the Service: the pod's is found for it. */
  readonly port: number;
  /** 0: any free one. */
  readonly localPort: number;
}

export type ForwardState =
  /** Connections go to this pod. */
  | { readonly kind: 'ready'; readonly pod: string }
  /** No pod is ready; a connection waits for one, for a while. */
  | { readonly kind: 'waiting' };

/** A local port that leads to whichever pod is ready. */
export interface Forwarding extends Disposable {
  /** The same for its life. */
  readonly localPort: number;
  readonly state: ForwardState;
  /** The last connection that could not be carried since the last one that could. */
  readonly failure: Failure | undefined;
  /** Called when `state` or `failure` has changed. */
  onChange(listener: () => void): Disposable;
}

export async function listPorts(
  _reads: ClusterReads,
  _source: PodSource,
  signal: AbortSignal,
): Promise<readonly PortOffer[]> {
  signal.throwIfAborted();
  return [];
}

export async function forwardPorts(
  _connection: { readonly reads: ClusterReads; readonly clock: Clock },
  _source: PodSource,
  _options: ForwardOptions,
  signal: AbortSignal,
): Promise<Forwarding> {
  signal.throwIfAborted();
  throw new TowlineError('cluster-failed', {
    why: 'Forwarding ports is not built yet.',
    next: 'Use `kubectl port-forward`.',
  });
}
