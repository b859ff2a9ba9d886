import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** An HTTP proxy on loopback that does nothing but CONNECT. */
export interface ConnectProxy extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** What was asked for, with the credentials that came along: `127.0.0.1:6443 Basic dTpw`. */
  readonly asked: readonly string[];
}

/** With `status` every CONNECT is refused so. */
export async function startConnectProxy(status?: number): Promise<ConnectProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((_, answer) => {
    answer.writeHead(405).end();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('connect', ({ url = '', headers }, client: Socket) => {
    const credentials = headers['proxy-authorization'];
    asked.push(credentials === undefined ? url : `${url} ${credentials}`);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} Refused\r\n\r\n`);
      return;
    }
    const [host = '', port] = url.split(':');
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      upstream.pipe(client);
      client.pipe(upstream);
    });
    upstream.on('error', () => client.destroy());
    client.on('close', () => upstream.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
