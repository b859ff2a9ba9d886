import { TowlineError } from '../../domain/errors/towlineError.ts';
import { isRecord } from './dockerConfig.ts';
import type { Endpoint } from './resolveEndpoint.ts';

/** An answer with an error status. Whoever knows what it means there says so instead. */
export class EngineRefusal extends TowlineError {
  readonly status: number;
  /** The engine's own words. */
  readonly reason: string;
  constructor(status: number, reason: string, endpoint: Endpoint, cause: unknown) {
    super('engine-failed', { why: `${whereIs(endpoint)} answered ${status}: ${reason}`, cause });
    this.name = 'EngineRefusal';
    this.status = status;
    this.reason = reason;
  }
}

/** Undefined where the engine answered with this status: that there is no such thing, or nothing left to do. */
export async function ignoreRefusal<T>(work: Promise<T>, status: number): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === status) return undefined;
    throw error;
  }
}

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
 * What a failed request means: the signal's own reason after an abort; an {@link EngineRefusal} when the engine
 * answered; else `engine-unreachable`, `engine-stopped` when the engine had been there, or `engine-failed`.
 */
export function engineError(error: unknown, endpoint: Endpoint, signal: AbortSignal): unknown {
  if (signal.aborted) return signal.reason;
  if (error instanceof TowlineError) return error;
  const { code = '', message = '', syscall, statusCode, json } = error as RequestError;
  if (statusCode !== undefined) {
    return new EngineRefusal(statusCode, reasonOf(json, message), endpoint, error);
  }
  const where = whereIs(endpoint);
  if (code === 'EACCES' || code === 'EPERM') {
    return new TowlineError('engine-unreachable', {
      why: `${where} may not be opened by this user`,
      next: 'Use a rootless engine, or let this user into the group that owns the socket (usually `docker`) and sign in again.',
      cause: error,
    });
  }
  if (
    syscall === 'connect' ||
    neverConnected.has(code) ||
    /certificate|self-signed|TLS|SSL/i.test(`${code} ${message}`)
  ) {
    return new TowlineError('engine-unreachable', { why: `${where}: ${message}`, cause: error });
  }
  if (lostConnection.has(code) || message === 'aborted' || message === 'socket hang up') {
    return engineStopped(endpoint, error);
  }
  return new TowlineError('engine-failed', { why: `${where}: ${message}`, cause: error });
}

/** An error of the system, of Node, or of the library about an answer's status. */
interface RequestError {
  readonly code?: string;
  readonly message?: string;
  readonly syscall?: string;
  readonly statusCode?: number;
  readonly json?: unknown;
}

function reasonOf(json: unknown, message: string): string {
  if (isRecord(json) && 'message' in json) return String(json.message);
  return message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
}

function whereIs({ address, because }: Endpoint): string {
  return `${address} (${because})`;
}

export function engineStopped(endpoint: Endpoint, cause?: unknown): TowlineError {
  return new TowlineError('engine-stopped', {
    why: `${whereIs(endpoint)} closed the connection before it was done`,
    cause,
  });
}

/** Something answers, but not as an engine does. */
export function notAnEngine(endpoint: Endpoint, cause: TowlineError): TowlineError {
  const said =
    cause.code === 'engine-stopped' ? `${whereIs(endpoint)} closed the connection` : cause.failure.why;
  return new TowlineError('engine-unreachable', { why: said, cause });
}
