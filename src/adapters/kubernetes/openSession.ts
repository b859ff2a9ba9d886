import type { Agent, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ContextSelection } from '../../domain/kubeconfig/selectContext.ts';
import type { ClusterContext } from '../../engine/ports/clusters.ts';
import { withoutUser } from './clusterContext.ts';
import { refused, unreachable } from './clusterFailure.ts';
import type { ClusterCredentials } from './credentials.ts';
import { exchange, type Limits, type Question, type Route, readChunks, type Upgraded } from './exchange.ts';
import { loadCredentials } from './loadCredentials.ts';
import { readAuthority } from './readAuthority.ts';
import type { Target } from './target.ts';

/** Milliseconds. */
const limits: Limits = { connect: 10_000, answer: 30_000 };
/** Largest answer that is read whole. Bytes. */
const bodyLimit = 256 * 1024 * 1024;

/** Connections to one cluster, as one user. */
export interface Session {
  readonly context: ClusterContext;
  /** An answer with a status of success, its body still to come. Throws as ClusterReads says. */
  open(question: Question, signal: AbortSignal): Promise<IncomingMessage>;
  /** The whole answer as JSON. */
  ask(question: Question, signal: AbortSignal): Promise<unknown>;
  /** The connection, after the server has switched to the protocol that the question's headers ask for. */
  upgrade(question: Question, signal: AbortSignal): Promise<Duplex>;
  /** Hands on an open answer's body; see `readChunks`. */
  read(
    answer: IncomingMessage,
    onChunk: (chunk: Buffer) => Promise<void> | undefined,
    signal: AbortSignal,
  ): Promise<void>;
  close(): void;
}

function createAgent(selection: ContextSelection, { certificate, key }: ClusterCredentials): Agent {
  const { cluster } = selection;
  const ca = readAuthority(cluster);
  // TCP's own probing finds connections that a sleep or a lost network has ended. Milliseconds.
  const shared = { keepAlive: true, keepAliveMsecs: 30_000 };
  const proxied = { ...shared, ...proxyOf(cluster) };
  if (cluster.server.startsWith('http:')) return new (process.getBuiltinModule('node:http').Agent)(proxied);
  return new (process.getBuiltinModule('node:https').Agent)({
    ...proxied,
    rejectUnauthorized: !cluster.insecureSkipTlsVerify,
    ...(ca ? { ca } : {}),
    ...(certificate ? { cert: certificate } : {}),
    ...(key ? { key } : {}),
    ...(cluster.tlsServerName === undefined ? {} : { servername: cluster.tlsServerName }),
  });
}

/** The proxy that the kubeconfig names, else what the environment says for any host but this one. */
function proxyOf({ server, proxyUrl, at }: ContextSelection['cluster']): {
  readonly proxyEnv?: NodeJS.ProcessEnv;
} {
  if (proxyUrl === undefined) return isLoopback(new URL(server).hostname) ? {} : { proxyEnv: process.env };
  if (!/^https?:/i.test(proxyUrl))
    throw new TowlineError('kubeconfig-invalid', {
      why: `${at.file}:${at.line}: proxy-url is ${JSON.stringify(withoutUser(proxyUrl))}, and only http and https proxies can be used`,
      at,
    });
  return { proxyEnv: { http_proxy: proxyUrl, https_proxy: proxyUrl } };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\./.test(hostname);
}

export function openSession({ selection, context, processes }: Target): Session {
  let route: { readonly way: Route; readonly credentials: ClusterCredentials } | undefined;

  async function findRoute(signal: AbortSignal): Promise<NonNullable<typeof route>> {
    if (route && (route.credentials.expires ?? Number.POSITIVE_INFINITY) > Date.now()) return route;
    const credentials = await loadCredentials(selection, processes, signal);
    const agent = createAgent(selection, credentials);
    const headers = { 'user-agent': 'towline', accept: 'application/json', ...credentials.headers };
    route = { credentials, way: { server: new URL(selection.cluster.server), agent, headers, limits } };
    return route;
  }

  async function readText(answer: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    let size = 0;
    await readChunks(
      answer,
      (chunk) => {
        size += chunk.length;
        if (size > bodyLimit) throw new Error(`the answer is larger than ${bodyLimit} bytes`);
        chunks.push(chunk);
      },
      limits.answer,
    );
    return Buffer.concat(chunks).toString('utf8');
  }

  /** Anything that goes wrong on the way is the network's; an abort is the caller's. */
  async function guarded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      return await work;
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(context, error);
    }
  }

  async function send(
    question: Question,
    signal: AbortSignal,
    isSecondTry = false,
  ): Promise<IncomingMessage | Upgraded> {
    const found = await findRoute(signal);
    const { way, credentials } = found;
    const answer = await guarded(exchange(way, question, signal), signal);
    if ('duplex' in answer) return answer;
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    const body = await guarded(readText(answer), signal);
    if (status === 401 && credentials.renewable && !isSecondTry) {
      if (route === found) route = undefined;
      way.agent.destroy();
      return send(question, signal, true);
    }
    const refusal = { status, body, retryAfter: answer.headers['retry-after'] };
    throw refused(context, refusal, { secrets: credentials.secrets, sent: question.body !== undefined });
  }

  async function open(question: Question, signal: AbortSignal): Promise<IncomingMessage> {
    const answer = await send(question, signal);
    if (!('duplex' in answer)) return answer;
    answer.duplex.destroy();
    throw unreachable(context, new Error('it switched to another protocol'));
  }

  async function parse(answer: IncomingMessage): Promise<unknown> {
    const text = await readText(answer);
    try {
      return JSON.parse(text);
    } catch {
      throw new Error('the answer is not JSON');
    }
  }

  return {
    context,
    open,
    async ask(question, signal) {
      return guarded(parse(await open(question, signal)), signal);
    },
    async upgrade(question, signal) {
      const answer = await send(question, signal);
      if ('duplex' in answer) return answer.duplex;
      answer.destroy();
      throw unreachable(context, new Error('it does not switch to the protocol that it was asked for'));
    },
    read: (answer, onChunk, signal) => guarded(readChunks(answer, onChunk), signal),
    close() {
      route?.way.agent.destroy();
      route = undefined;
    },
  };
}
