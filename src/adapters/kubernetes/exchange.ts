import type { Agent, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import type { Duplex } from 'node:stream';

export interface Question {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** An answer that comes when there is something to say: it may take as long as the signal lets it. */
  readonly patient?: boolean;
}

/** How a server is reached, and as whom. */
export interface Route {
  readonly server: URL;
  readonly agent: Agent;
  readonly headers: Readonly<OutgoingHttpHeaders>;
  readonly limits: Limits;
}

/** Milliseconds. */
export interface Limits {
  /** Until there is a connection, TLS included. */
  readonly connect: number;
  /** From there to the answer's first line, and between pieces of its body. */
  readonly answer: number;
}

class Late extends Error {}

/** Of a DELETE, Node.js would send the body without saying where it ends. */
function lengthOf(body: string | undefined): OutgoingHttpHeaders {
  return body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
}

/** A connection that was handed over, with what came on it at once already put back. */
export interface Upgraded {
  readonly duplex: Duplex;
  readonly headers: IncomingHttpHeaders;
}

/**
 * Sends a request and resolves with the answer's head, or with the connection where the server switches protocols.
 * Rejects with the system's error or the signal's reason; the signal also ends the body.
 */
export async function exchange(
  { server, agent, headers, limits }: Route,
  question: Question,
  signal: AbortSignal,
): Promise<IncomingMessage | Upgraded> {
  signal.throwIfAborted();
  // By name, because an import reads every export, and a getter among them loads a whole web client.
  const { request: send } = process.getBuiltinModule(
    server.protocol === 'http:' ? 'node:http' : 'node:https',
  );
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage | Upgraded>();
  const request = send(new URL(`${server.pathname.replace(/\/+$/, '')}${question.path}`, server), {
    method: question.method,
    agent,
    headers: { ...headers, ...question.headers, ...lengthOf(question.body) },
    signal,
  });
  const expect = (what: string, milliseconds: number) =>
    setTimeout(() => request.destroy(new Late(`${what} within ${milliseconds / 1000} s`)), milliseconds);
  let limit = expect('no connection', limits.connect);
  const onConnected = () => {
    clearTimeout(limit);
    if (!question.patient) limit = expect('no answer', limits.answer);
  };
  request.on('socket', (socket) => {
    if (!socket.connecting) onConnected();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', onConnected);
  });
  request.on('response', resolve);
  request.on('upgrade', (answer, connection, head) => {
    if (head.length > 0) connection.unshift(head);
    resolve({ duplex: connection, headers: answer.headers });
  });
  request.on('error', reject);
  request.end(question.body);
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(limit);
  }
}

/**
 * Hands on a body's pieces. Rejects where it ends before it should, and, with a limit in milliseconds, where nothing
 * more comes for that long. What `onChunk` throws ends the connection; a promise that it gives holds up the next piece.
 */
export async function readChunks(
  answer: IncomingMessage,
  onChunk: (chunk: Buffer) => Promise<void> | undefined,
  silence?: number,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = () => answer.destroy(new Late(`the answer stopped for ${(silence ?? 0) / 1000} s`));
  const limit = silence === undefined ? undefined : setTimeout(late, silence);
  answer.on('data', (chunk: Buffer) => {
    limit?.refresh();
    try {
      const taken = onChunk(chunk);
      if (!taken) return;
      answer.pause();
      taken.then(
        () => answer.resume(),
        (error: unknown) => answer.destroy(error as Error),
      );
    } catch (error) {
      answer.destroy(error as Error);
    }
  });
  answer.on('end', resolve);
  answer.on('error', reject);
  answer.on('close', () => reject(new Error('the connection was cut')));
  try {
    await promise;
  } finally {
    clearTimeout(limit);
  }
}
