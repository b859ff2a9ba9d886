import { createServer } from 'node:http';
import { matchRoute } from './router.js';

/** An answer that is not 200: `throw new HttpError(404, 'no such product')`. */
export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Starts a JSON service that answers /healthz and the given routes, and stops cleanly on SIGTERM:
 * Kubernetes sends it before it takes a pod away.
 *
 * @param {{name: string, routes: object[], port?: number}} options port 0 takes any free one
 */
export function startService({ name, routes, port = Number(process.env.PORT ?? 8080) }) {
  const all = [{ method: 'GET', path: '/healthz', handle: () => ({ status: 'ok', service: name }) }, ...routes];
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(all, request.method, new URL(request.url, 'http://service').pathname);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });
  const stop = () => server.close();
  process.once('SIGTERM', stop);
  server.once('close', () => process.removeListener('SIGTERM', stop));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, () => {
      console.log(JSON.stringify({ service: name, event: 'listening', port: server.address().port }));
      resolve(server);
    });
  });
}

/** What a request is answered with; apart from the server so that it is easy to test. */
export async function answer(routes, method, path) {
  try {
    const match = matchRoute(routes, method, path);
    if (!match) throw new HttpError(404, `nothing at ${path}`);
    return { status: 200, body: await match.route.handle(match.parameters) };
  } catch (error) {
    if (error instanceof HttpError) return { status: error.status, body: { error: error.message } };
    console.error(error);
    return { status: 500, body: { error: 'internal error' } };
  }
}
