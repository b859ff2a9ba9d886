import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type Dockerode from 'dockerode';

/** A request that dockerode has no method for, or none that does what is needed. */
export interface EngineRequest {
  readonly method: 'GET' | 'POST';
  /** Below the API version: `/build/cancel`. */
  readonly path: string;
  readonly query?: Readonly<
    Record<string, string | number | boolean | readonly string[] | object | undefined>
  >;
  /** Sent as it comes; there is no body without it. */
  readonly upload?: NodeJS.ReadableStream;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

type Dialled = Parameters<Dockerode['modem']['dial']>[0];

function dial(api: Dockerode, request: EngineRequest, how: Partial<Dialled>): Promise<unknown> {
  const { method, path, query = {}, upload, headers = {} } = request;
  const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  api.modem.dial(
    {
      method,
      path: Object.keys(given).length > 0 ? `${path}?` : path,
      headers: { ...headers },
      options: { _query: given, _body: {} },
      statusCodes: { 200: true, 204: true },
      ...(upload ? { file: upload } : {}),
      ...how,
    },
    (error, answer) => (error ? reject(error) : resolve(answer)),
  );
  return promise;
}

/** The answer as it arrives. */
export async function openAnswer(api: Dockerode, request: EngineRequest): Promise<IncomingMessage> {
  return (await dial(api, request, { isStream: true })) as IncomingMessage;
}

/** The connection itself, after `Upgrade`. */
export async function upgradeConnection(api: Dockerode, request: EngineRequest): Promise<Duplex> {
  return (await dial(api, request, { hijack: true })) as Duplex;
}
