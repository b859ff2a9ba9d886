import type { Agent, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { engineError, notAnEngine } from './engineError.ts';
import type { Endpoint } from './resolveEndpoint.ts';

export interface EngineRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** Below the API version: `/images/json`. */
  readonly path: string;
  readonly query?: Readonly<
    Record<string, string | number | boolean | readonly string[] | object | undefined>
  >;
  readonly body?: object;
  /** Sent as it comes, instead of a body. */
  readonly upload?: NodeJS.ReadableStream;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

/**
 * Docker's HTTP API at one endpoint. Rejects with the signal's reason when cancelled, with `engine-unreachable`
 * or `engine-stopped` when there is no answer, and with an {@link EngineRefusal} when the answer is no.
 */
export interface DockerClient {
  readonly endpoint: Endpoint;
  /** What `/_ping` told. */
  readonly greeting: Greeting;
  /** The answer's JSON, or its bytes when it is none. */
  request(request: EngineRequest, signal: AbortSignal): Promise<unknown>;
  /** The answer as it arrives. Aborting closes the connection. */
  open(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage>;
  /** The connection itself, after `Upgrade`. */
  upgrade(request: EngineRequest, signal: AbortSignal): Promise<Duplex>;
}

export interface Greeting {
  readonly apiVersion: string;
  readonly product: 'docker' | 'podman';
  readonly system: string;
}

/** An answer with an error status. */
export class EngineRefusal extends Error {
  readonly status: number;
  /** The engine's own words. */
  readonly reason: string;
  constructor(status: number, reason: string) {
    super(`the engine answered ${status}: ${reason}`);
    this.name = 'EngineRefusal';
    this.status = status;
    this.reason = reason;
  }
}

/** The newest API that this adapter was written against; engines speak the older of both. */
const newestApi = '1.51';

const goodStatus = { 101: true, 200: true, 201: true, 204: true, 304: true };

function olderVersion(left: string, right: string): string {
  const [leftMajor = 0, leftMinor = 0] = left.split('.').map(Number);
  const [rightMajor = 0, rightMinor = 0] = right.split('.').map(Number);
  return leftMajor < rightMajor || (leftMajor === rightMajor && leftMinor <= rightMinor) ? left : right;
}

async function connectionOptions(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
) {
  const { transport } = endpoint;
  // The library falls back on this process's own DOCKER_HOST for every option that is not there at all.
  const none = { host: undefined, port: undefined, socketPath: undefined, protocol: 'http' as const };
  const { Agent: HttpAgent } = await import('node:http');
  if (transport.kind === 'socket') {
    return { ...none, socketPath: transport.path, agent: new HttpAgent({ keepAlive: false }) };
  }
  if (transport.kind === 'ssh') {
    const { createSshAgent } = await import('./sshAgent.ts');
    return { ...none, host: 'docker', agent: createSshAgent(transport, environment) };
  }
  const address = { ...none, host: transport.host, port: transport.port };
  if (!transport.tls) return { ...address, agent: new HttpAgent({ keepAlive: false }) };
  const { loadTls } = await import('./loadTls.ts');
  const { Agent: HttpsAgent } = await import('node:https');
  const tls = loadTls(transport.tls);
  return {
    ...address,
    protocol: 'https' as const,
    agent: new HttpsAgent({ ...tls, keepAlive: false }) as Agent,
  };
}

/** Connects lazily loaded code to an engine and asks what it speaks. Throws `engine-unreachable`, `engine-config-invalid`. */
export async function connectEngine(
  endpoint: Endpoint,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<DockerClient> {
  const [{ default: Modem }, options] = await Promise.all([
    import('docker-modem'),
    connectionOptions(endpoint, environment),
  ]);
  const modem = new Modem(options as ConstructorParameters<typeof Modem>[0]);

  async function dial(path: string, request: EngineRequest, how: object, signal: AbortSignal) {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const { method, query = {}, body = {}, upload, headers = {} } = request;
    const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
    modem.dial(
      {
        path: `${path}${Object.keys(given).length > 0 ? '?' : ''}`,
        method,
        headers: { ...headers },
        options: { _query: given, _body: body },
        statusCodes: goodStatus,
        abortSignal: signal,
        ...(upload ? { file: upload } : {}),
        ...how,
      },
      (error, answer) => (error ? reject(error) : resolve(answer)),
    );
    try {
      return await promise;
    } catch (error) {
      const { statusCode, json, message } = error as { statusCode?: number; json?: unknown; message: string };
      if (statusCode !== undefined) throw new EngineRefusal(statusCode, reasonOf(json, message));
      throw engineError(error, endpoint, signal);
    }
  }

  const pong = (await dial('/_ping', { method: 'GET', path: '' }, { isStream: true }, signal).catch(
    (error: unknown) => {
      if (signal.aborted || !(error instanceof Error)) throw error;
      // What speaks, but not HTTP, fails in the parser.
      throw TowlineError.is(error) && error.code !== 'engine-stopped' ? error : notAnEngine(endpoint, error);
    },
  )) as IncomingMessage;
  pong.resume();
  const { headers } = pong;
  const spoken = String(headers['api-version'] ?? '1.40');
  const apiVersion = endpoint.apiVersion ?? olderVersion(newestApi, spoken);
  const versioned = (path: string) => `/v${apiVersion}${path}`;
  return {
    endpoint,
    greeting: {
      apiVersion,
      product: headers['libpod-api-version'] === undefined ? 'docker' : 'podman',
      system: String(headers.ostype ?? 'linux'),
    },
    request: (request, signal) => dial(versioned(request.path), request, {}, signal),
    open: async (request, signal) =>
      (await dial(versioned(request.path), request, { isStream: true }, signal)) as IncomingMessage,
    upgrade: async (request, signal) =>
      (await dial(versioned(request.path), request, { hijack: true }, signal)) as Duplex,
  };
}

function reasonOf(json: unknown, message: string): string {
  if (typeof json === 'object' && json !== null && 'message' in json) return String(json.message);
  return message.replace(/^\(HTTP code \d+\) .*? - /, '').trim();
}
