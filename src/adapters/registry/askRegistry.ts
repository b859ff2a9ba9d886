import { type Ask, authorize, type Door } from './authorization.ts';
import { type Answer, exchange, type Question } from './exchange.ts';
import { isLoopback } from './registryAddress.ts';
import { isCertificateCode, networkCode, unreachable } from './registryFailure.ts';

const redirectLimit = 5;

export interface AskingRules {
  /** For one exchange, connecting included. Milliseconds. */
  readonly timeLimit: number;
  /** Holds a folder of `.crt` files per registry host, as Docker's `certs.d` does. */
  readonly authoritiesFolder: string;
}

/** Asks by rules. Rejects with the signal's reason when cancelled. */
export function askBy({ timeLimit, authoritiesFolder }: AskingRules, signal: AbortSignal): Ask {
  return async (registry, question) => {
    const limit = AbortSignal.timeout(timeLimit);
    try {
      return await exchange(question, authoritiesFolder, AbortSignal.any([signal, limit]));
    } catch (error) {
      signal.throwIfAborted();
      const late = new Error(`no answer within ${timeLimit / 1000} s`);
      throw unreachable(registry, question.url.host, limit.aborted ? late : error);
    }
  };
}

function redirectTarget({ status, headers }: Answer, from: URL): URL | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return undefined;
  if (!URL.canParse(location, from.href)) return undefined;
  const to = new URL(location, from);
  return to.protocol === 'https:' || to.protocol === from.protocol ? to : undefined;
}

/** Follows redirects; credentials stay with the address they were meant for. */
async function askThrough(ask: Ask, registry: string, question: Question): Promise<Answer> {
  let now = question;
  for (let redirects = 0; redirects <= redirectLimit; redirects += 1) {
    const answer = await ask(registry, now);
    const url = redirectTarget(answer, now.url);
    if (url === undefined) return answer;
    const { authorization: _, ...open } = now.headers;
    now = { ...now, url, headers: url.origin === now.url.origin ? now.headers : open };
  }
  throw unreachable(registry, now.url.host, new Error(`it redirects more than ${redirectLimit} times`));
}

/** A server that wants TLS answers plain HTTP with 400, with something that is not HTTP, or by hanging up. */
function mayWantTls(outcome: Answer | { readonly error: unknown }): boolean {
  if ('status' in outcome) return outcome.status === 400;
  const code = causeCode(outcome.error);
  return code.startsWith('HPE_') || code === 'ECONNRESET';
}

function causeCode(error: unknown): string {
  return error instanceof Error ? networkCode(error.cause) : '';
}

/**
 * Asks a registry and answers its challenge once. Loopback registries usually speak plain HTTP, so that is tried
 * first there, and TLS when the server seems to want it; `withTls` remembers their hosts.
 */
export async function askRegistry(
  door: Door,
  question: Question,
  withTls: Set<string>,
  ask: Ask,
): Promise<Answer> {
  const through: Ask = (registry, next) => askThrough(ask, registry, next);

  async function enter(url: URL): Promise<Answer> {
    const first = await through(door.registry, { ...question, url });
    // A challenge from where a redirect led could name a token server of its own.
    if (first.status !== 401 || first.url.origin !== url.origin) return first;
    const authorization = await authorize(first, { ...door, url }, ask);
    if (authorization === undefined) return first;
    return through(door.registry, { ...question, url, headers: { ...question.headers, authorization } });
  }

  if (!isLoopback(question.url.hostname) || withTls.has(question.url.host)) return enter(question.url);
  const plain = new URL(question.url);
  plain.protocol = 'http:';
  const outcome = await enter(plain).catch((error: unknown) => ({ error }));
  if (mayWantTls(outcome)) {
    try {
      const answer = await enter(question.url);
      withTls.add(question.url.host);
      return answer;
    } catch (error) {
      if (isCertificateCode(causeCode(error))) throw error;
    }
  }
  if ('error' in outcome) throw outcome.error;
  return outcome;
}
