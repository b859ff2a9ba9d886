import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedServer extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  readonly seen: readonly SeenRequest[];
}

/** What a server says to a request; no status is 200, undefined leaves the request without an answer. */
export interface ScriptedAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  return body;
}

/** An HTTP server on the loopback that answers as told and remembers what it was asked. */
export async function startScriptedServer(
  answer: (request: SeenRequest, host: string) => ScriptedAnswer | undefined,
): Promise<ScriptedServer> {
  const seen: SeenRequest[] = [];
  let host = '';
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request;
    const asked = { method, path, headers, body: await readBody(request) };
    seen.push(asked);
    const said = answer(asked, host);
    if (said !== undefined) response.writeHead(said.status ?? 200, said.headers).end(said.body);
  }
  const server = createServer((request, response) => {
    respond(request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    host,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
