import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Answer, Question } from './exchange.ts';
import { isLoopback } from './registryAddress.ts';
import { denied, encodeBasic, failed, secretsOf } from './registryFailure.ts';

/** Whose door it is: the registry as named by people, where it answers, and the credentials for it. */
export interface Door {
  readonly registry: string;
  readonly url: URL;
  readonly credential: Credential | undefined;
  /** What is asked for when the challenge does not say: `repository:shop/api:pull`. */
  readonly scope: string | undefined;
}

/** One question to the registry of that name. Throws `registry-unreachable`. */
export type Ask = (registry: string, question: Question) => Promise<Answer>;

/** Credentials may go to a token server over TLS, to the registry's own address, or not leave this machine. */
function mayReceive(realm: URL, door: Door): boolean {
  if (realm.protocol === 'https:') return true;
  const sameServer = realm.origin === door.url.origin;
  return (
    sameServer || (realm.protocol === 'http:' && isLoopback(realm.hostname) && isLoopback(door.url.hostname))
  );
}

function locateRealm(challenge: Challenge, door: Door): URL {
  const realm = challenge.parameters.get('realm') ?? '';
  if (!URL.canParse(realm) || !mayReceive(new URL(realm), door)) {
    throw new TowlineError('registry-failed', {
      why: `${door.registry} names a token server that credentials must not be sent to: ${JSON.stringify(realm.slice(0, 200))}`,
    });
  }
  const url = new URL(realm);
  url.username = '';
  url.password = '';
  return url;
}

/**
 * How to ask for a token: https://distribution.github.io/distribution/spec/auth/token/ with a password or
 * anonymously, https://distribution.github.io/distribution/spec/auth/oauth/ with an identity token.
 */
function tokenQuestion(challenge: Challenge, door: Door): Question {
  const url = locateRealm(challenge, door);
  const fields: [string, string][] = [];
  const service = challenge.parameters.get('service');
  const scope = challenge.parameters.get('scope') ?? door.scope;
  if (service !== undefined) fields.push(['service', service]);
  if (scope !== undefined) fields.push(['scope', scope]);
  if (door.credential?.kind === 'identity-token') {
    const { token } = door.credential;
    fields.push(['grant_type', 'refresh_token'], ['client_id', 'towline'], ['refresh_token', token]);
    return {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(fields).toString(),
    };
  }
  for (const [name, value] of fields) url.searchParams.append(name, value);
  const headers = door.credential ? { authorization: basicHeader(door.credential) } : {};
  return { method: 'GET', url, headers };
}

function basicHeader({ username, password }: Extract<Credential, { kind: 'basic' }>): string {
  return `Basic ${encodeBasic(username, password)}`;
}

function readToken(answer: Answer): string | undefined {
  try {
    const { token, access_token } = JSON.parse(answer.body.toString('utf8'));
    return [token, access_token].find((value) => typeof value === 'string' && value !== '');
  } catch {
    return undefined;
  }
}

async function fetchToken(challenge: Challenge, door: Door, ask: Ask): Promise<string> {
  const question = tokenQuestion(challenge, door);
  const what = `a token at ${question.url.host}`;
  const answer = await ask(door.registry, question);
  // The OAuth flow answers wrong tokens with 400.
  if ([400, 401, 403].includes(answer.status)) throw denied(door.registry, what, door.credential, answer);
  const token = answer.status === 200 ? readToken(answer) : undefined;
  if (token === undefined) throw failed(door.registry, what, answer, secretsOf(door.credential));
  return token;
}

/**
 * The `Authorization` header that answers a 401, or undefined when nothing is at hand that could.
 * Throws `registry-denied`, `registry-failed`, `registry-unreachable`.
 */
export async function authorize(refusal: Answer, door: Door, ask: Ask): Promise<string | undefined> {
  const challenges = parseChallenges(refusal.headers['www-authenticate'] ?? '');
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer, door, ask)}`;
  const wantsBasic = challenges.some(({ scheme }) => scheme === 'basic');
  return wantsBasic && door.credential?.kind === 'basic' ? basicHeader(door.credential) : undefined;
}
