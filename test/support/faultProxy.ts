import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** What is done to a request instead of carrying it. */
export type Fault =
  /** Answered by the proxy. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** The connection is closed without a word. */
  | { readonly kind: 'cut' }
  /** Nothing is ever answered. */
  | { readonly kind: 'hang' }
  /** The answer's head comes, then these bytes, then the end: in order, or with the connection cut. */
  | { readonly kind: 'body'; readonly text: string; readonly end: 'whole' | 'cut' | 'never' };

export interface SeenRequest {
  readonly path: string;
  readonly isWatch: boolean;
  /** By the clock that the proxy was given, milliseconds. */
  readonly at: number;
}

/** Carries HTTP on loopback to an API server with TLS, and does to it what networks and servers do. */
export interface FaultProxy extends AsyncDisposable {
  /** `http://127.0.0.1:port` */
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
  /** Asked for each request; undefined carries it. */
  fault: ((request: SeenRequest) => Fault | undefined) | undefined;
  /** Requests that have no answer yet and will get one, and answers of lists that are not through. */
  readonly pending: number;
  /** Cuts all connections; those of open watches among them. */
  cutAll(): void;
}

export interface ProxiedServer {
  /** `https://127.0.0.1:port` */
  readonly server: string;
  /** PEM */
  readonly authority: string;
}

export async function startFaultProxy(
  { server, authority }: ProxiedServer,
  now: () => number,
): Promise<FaultProxy> {
  const agent = new Agent({ ca: authority, keepAlive: false });
  const sockets = new Set<Socket>();
  const seen: SeenRequest[] = [];
  let pending = 0;
  let fault: FaultProxy['fault'];

  function carry(incoming: IncomingMessage, outgoing: ServerResponse, isWatch: boolean): void {
    let settled = false;
    const settle = (): void => {
      if (!settled) pending -= 1;
      settled = true;
    };
    pending += 1;
    const forwarded = request(
      new URL(incoming.url ?? '/', server),
      {
        method: incoming.method ?? 'GET',
        headers: { ...incoming.headers, host: new URL(server).host },
        agent,
      },
      (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        outgoing.flushHeaders();
        if (isWatch) settle();
        answer.on('error', () => outgoing.destroy());
        answer.on('aborted', () => outgoing.destroy());
        answer.pipe(outgoing);
      },
    );
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => {
      settle();
      forwarded.destroy();
    });
    incoming.pipe(forwarded);
  }

  function answerWith(chosen: Fault, outgoing: ServerResponse): void {
    switch (chosen.kind) {
      case 'answer':
        outgoing.writeHead(chosen.status, { 'content-type': 'application/json', ...chosen.headers });
        outgoing.end(chosen.body ?? '{}');
        return;
      case 'cut':
        outgoing.destroy();
        return;
      case 'hang':
        return;
      case 'body':
        outgoing.writeHead(200, { 'content-type': 'application/json' });
        outgoing.write(chosen.text, () => {
          if (chosen.end === 'whole') outgoing.end();
          else if (chosen.end === 'cut') outgoing.destroy();
        });
    }
  }

  const listener = createServer((incoming, outgoing) => {
    const path = incoming.url ?? '/';
    const request = { path, isWatch: /[?&]watch=/.test(path), at: now() };
    seen.push(request);
    const chosen = fault?.(request);
    if (chosen) answerWith(chosen, outgoing);
    else carry(incoming, outgoing, request.isWatch);
  });
  listener.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    origin: `http://127.0.0.1:${port}`,
    seen,
    get fault() {
      return fault;
    },
    set fault(next) {
      fault = next;
    },
    get pending() {
      return pending;
    },
    cutAll,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => listener.close(resolve));
      cutAll();
      agent.destroy();
      await closed;
    },
  };
}
