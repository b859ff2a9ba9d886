import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { matchRoute } from './router.js';

/** An answer that is not 200: `throw new HttpError(404, 'no such product')`. */
export class HttpError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * How long a service still answers after SIGTERM, in milliseconds. Kubernetes sends it at the moment it begins to tell
 * everybody that the pod goes: until all have heard of it, new requests still come here.
 */
const farewellTime = Number(process.env.FAREWELL_MS ?? 3000);

/**
 * Starts a JSON service that answers /healthz and the given routes, and loses no request when it is stopped: after
 * SIGTERM it goes on for a while, asks its clients to connect anew, and ends with the last answer.
 *
 * @param {{name: string, routes: object[], port?: number, farewell?: () => Promise<unknown>}} options port 0 takes
 *   any free one; it stops when `farewell` is over
 */
export function startService({
  name,
  routes,
  port = Number(process.env.PORT ?? 8080),
  farewell = () => pause(farewellTime),
}) {
  const all = [{ method: 'GET', path: '/healthz', handle: () => ({ status: 'ok', service: name }) }, ...routes];
  let stopping = false;
  const server = createServer(async (request, response) => {
    const { status, body } = await answer(all, request.method, new URL(request.url, 'http://service').pathname);
    // A connection that stays open would be cut in the middle of the next request.
    if (stopping) response.setHeader('connection', 'close');
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(`${JSON.stringify(body)}\n`);
  });
  const stop = async () => {
    stopping = true;
    console.log(JSON.stringify({ service: name, event: 'stopping' }));
    await farewell();
    // Answers that are under way are waited for.
    server.close();
  };
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
