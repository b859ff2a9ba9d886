import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { ClusterReads, PodPlace, PortForward } from '../../engine/ports/clusters.ts';
import { unreachable } from './clusterFailure.ts';
import type { Session } from './openSession.ts';
import { createSpdySession } from './spdySession.ts';

type Forward = Parameters<ClusterReads['forwardPort']>[0];

/** Opens a connection to a pod that speaks SPDY's streams for ports. */
export type ConnectToPod = (place: PodPlace, signal: AbortSignal) => Promise<Duplex>;

async function listen(server: Server, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, '127.0.0.1', resolve);
  try {
    await promise;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EADDRINUSE' ? 'another program listens there' : `it cannot be opened (${code})`;
    throw new TowlineError('port-taken', { why: `127.0.0.1:${port}: ${why}`, cause: error });
  }
  const address = server.address();
  return typeof address === 'object' && address ? address.port : port;
}

/** Carries one connection to its end, and either side's end to the other. */
async function carry(
  socket: Socket,
  connectToPod: ConnectToPod,
  { context }: Session,
  { choose }: Forward,
  signal: AbortSignal,
): Promise<void> {
  const { port, ...place } = await choose(signal);
  const connection = await connectToPod(place, signal);
  const ended = Promise.withResolvers<void>();
  const spdy = createSpdySession(connection, ended.resolve);
  const close = () => spdy.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const names = { port: String(port), requestid: '0' };
    const errors = spdy.openStream({ ...names, streamtype: 'error' });
    const data = spdy.openStream({ ...names, streamtype: 'data' });
    errors.end();
    let said = '';
    errors.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      // Nothing is carried any more once there is an error.
      errors.once('close', close);
    });
    socket.once('close', close);
    data.once('close', () => {
      // Its own end has been passed on before; anything else is a cut.
      if (!data.readableEnded) socket.resetAndDestroy();
    });
    socket.pipe(data).pipe(socket);
    await ended.promise;
    if (said !== '') throw new Error(visibleText(said.trim()));
  } catch (error) {
    throw unreachable(context, error);
  } finally {
    signal.removeEventListener('abort', close);
  }
}

/** See `ClusterReads.forwardPort`. */
export async function forwardPort(
  session: Session,
  connectToPod: ConnectToPod,
  forward: Forward,
  signal: AbortSignal,
): Promise<PortForward> {
  signal.throwIfAborted();
  const ending = new AbortController();
  const sockets = new Set<Socket>();
  // A side that has said all may still be answered.
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    carry(socket, connectToPod, session, forward, ending.signal).catch((error: unknown) => {
      socket.resetAndDestroy();
      if (!ending.signal.aborted) forward.onFailure(error);
    });
  });
  const port = await listen(server, forward.localPort);
  server.on('error', forward.onFailure);
  return {
    port,
    dispose() {
      ending.abort(new Error('the port forward has ended'));
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
