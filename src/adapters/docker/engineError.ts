import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Endpoint } from './resolveEndpoint.ts';

const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'ENOTSOCK',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ETIMEDOUT',
  'ESSH',
  'EPROTO',
]);
const lostConnection = new Set([
  'ECONNRESET',
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ECONNABORTED',
  'ERR_STREAM_DESTROYED',
]);

/**
 * What a failed connection means: the signal's own reason after an abort, else `engine-unreachable` or, when
 * the engine had answered before, `engine-stopped`. What is none of these is returned as it is.
 */
export function engineError(error: unknown, endpoint: Endpoint, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof TowlineError) return error;
  const { code = '', message = '' } = error as { code?: string; message?: string };
  const where = `${endpoint.address} (${endpoint.because})`;
  if (code === 'EACCES' || code === 'EPERM') {
    return new TowlineError('engine-unreachable', {
      why: `${where} may not be opened by this user`,
      next: 'Use a rootless engine, or let this user into the group that owns the socket (usually `docker`) and sign in again.',
      cause: error,
    });
  }
  if (neverConnected.has(code) || /certificate|self-signed|TLS|SSL/i.test(`${code} ${message}`)) {
    return new TowlineError('engine-unreachable', { why: `${where}: ${message}`, cause: error });
  }
  if (lostConnection.has(code) || message === 'aborted' || message === 'socket hang up') {
    return engineStopped(endpoint, error);
  }
  return error;
}

export function engineStopped(endpoint: Endpoint, cause?: unknown): TowlineError {
  return new TowlineError('engine-stopped', {
    why: `${endpoint.address} (${endpoint.because}) closed the connection before it was done`,
    cause,
  });
}

/** Something answers, but not as an engine does. */
export function notAnEngine({ address, because }: Endpoint, cause: Error): TowlineError {
  const said = cause instanceof TowlineError ? 'it closed the connection' : cause.message;
  return new TowlineError('engine-unreachable', { why: `${address} (${because}): ${said}`, cause });
}
