import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { PodSource } from './podSource.ts';

/** Which lines, and how they look. */
export interface LogOptions {
  /** All of them when absent. */
  readonly container?: string;
  /** Goes on with what is written later, with pods that replace others and containers that start again. */
  readonly follow: boolean;
  /** What the container before the present one wrote; not with `follow`. */
  readonly previous?: boolean;
  /** Only what was written since then, milliseconds since the epoch. */
  readonly since?: number;
  /** Last lines of each container that is there at the start. */
  readonly tailLines?: number;
  /** Each line begins with when it was written. */
  readonly timestamps?: boolean;
}

interface Connection {
  readonly reads: ClusterReads;
  readonly clock: Clock;
}

// biome-ignore lint/correctness/useYield: it is on its way
export async function* followLogs(
  _connection: Connection,
  _source: PodSource,
  _options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  throw new TowlineError('cluster-failed', {
    why: 'Following logs is not built yet.',
    next: 'Use `kubectl logs`.',
  });
}
