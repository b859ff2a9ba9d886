import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RequestOptions } from 'node:https';
import { dockerAuthorities } from './dockerAuthorities.ts';
import { isLoopback } from './registryAddress.ts';

/** Largest manifest a registry has to take (distribution specification), and so the largest answer. Bytes. */
const bodyLimit = 4 * 1024 * 1024;

export interface Question {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  /** Where it came from. */
  readonly url: URL;
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/**
 * Node.js's HTTP modules, when first needed. Not by `import`: that reads every export, and a getter among them
 * loads a whole web client (18 ms instead of 3 ms).
 */
function requestFor({ protocol, hostname, host }: URL, authoritiesFolder: string) {
  if (protocol === 'http:') {
    const { request } = process.getBuiltinModule('node:http');
    return { request, options: { agent: false as const } };
  }
  const { Agent, request } = process.getBuiltinModule('node:https');
  const ca = dockerAuthorities(authoritiesFolder, host);
  // One connection each: an idle one would keep the process from ending.
  const proxy = isLoopback(hostname) ? {} : { proxyEnv: process.env };
  return { request, options: { agent: new Agent({ keepAlive: false, ...proxy }), ...(ca ? { ca } : {}) } };
}

function send(
  question: Question,
  authoritiesFolder: string,
  signal: AbortSignal,
  onAnswer: (answer: IncomingMessage) => void,
): ClientRequest {
  const { request, options } = requestFor(question.url, authoritiesFolder);
  const complete: RequestOptions = { ...options, method: question.method, headers: question.headers, signal };
  return request(question.url, complete, onAnswer);
}

/**
 * One HTTP exchange, no redirect followed. `authoritiesFolder`: see `dockerAuthorities`. Rejects with the
 * system's error, or the signal's reason.
 */
export async function exchange(
  question: Question,
  authoritiesFolder: string,
  signal: AbortSignal,
): Promise<Answer> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const request = send(question, authoritiesFolder, signal, (answer) => {
    const chunks: Buffer[] = [];
    let size = 0;
    answer.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimit) answer.destroy(new Error(`the answer is larger than ${bodyLimit} bytes`));
      else chunks.push(chunk);
    });
    answer.on('end', () =>
      resolve({
        url: question.url,
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        body: Buffer.concat(chunks),
      }),
    );
    answer.on('error', reject);
  });
  request.on('error', reject);
  request.end(question.body);
  try {
    return await promise;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
