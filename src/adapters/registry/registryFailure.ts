import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import type { Answer } from './exchange.ts';

/** Most of a foreign text that is shown. Characters. */
const excerptLimit = 300;

/** Text from outside with everything written out that could move a cursor, hide text or turn its direction. */
function escapeControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (found) => {
    return `\\u{${(found.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** The messages of an error body (distribution specification, "Error Codes"), else the text itself. */
function readMessages(text: string): string {
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: unknown; message?: unknown }[] };
    if (!Array.isArray(errors)) return text;
    return errors.map(({ code, message }) => `${String(code)}: ${String(message)}`).join('; ');
  } catch {
    return text;
  }
}

/** What a credential is made of, in every spelling in which it is sent. */
export function secretsOf(credential: Credential | undefined): readonly string[] {
  if (credential === undefined) return [];
  if (credential.kind === 'identity-token') return [credential.token];
  return [credential.password, encodeBasic(credential.username, credential.password)];
}

export function encodeBasic(username: string, password: string): string {
  return Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
}

/** A body as one line for people, without the secrets that a server may echo. */
function excerpt(body: Buffer, secrets: readonly string[]): string {
  let text = readMessages(body.subarray(0, 64 * 1024).toString('utf8')).trim();
  for (const secret of secrets) if (secret !== '') text = text.replaceAll(secret, '…');
  const line = escapeControls(text);
  return line.length > excerptLimit ? `${line.slice(0, excerptLimit)}…` : line;
}

function loginCommand(registry: string): string {
  return registry === 'docker.io' || registry === 'index.docker.io'
    ? 'docker login'
    : `docker login ${registry}`;
}

/** 401 or 403, with what was tried and how to sign in. */
export function denied(
  registry: string,
  what: string,
  credential: Credential | undefined,
  answer: Answer,
): TowlineError {
  const tried =
    credential === undefined
      ? 'without credentials; Docker has none for it'
      : `with the credentials ${credential.kind === 'basic' ? `of "${credential.username}" ` : ''}from ${credential.from}`;
  const said = excerpt(answer.body, secretsOf(credential));
  return new TowlineError('registry-denied', {
    why: `${registry} refused ${what} ${tried} (${answer.status}${said === '' ? '' : `, ${said}`})`,
    registry,
    next: `Sign in with \`${loginCommand(registry)}\` as someone who may use it, then resume the run.`,
  });
}

/** Any other status that is no answer to the question. */
export function failed(
  registry: string,
  what: string,
  answer: Answer,
  secrets: readonly string[],
): TowlineError {
  const said = excerpt(answer.body, secrets);
  const again = answer.status === 429 ? '; it limits how often one may ask' : '';
  return new TowlineError('registry-failed', {
    why: `${registry} answered ${what} with ${answer.status}${again}${said === '' ? '' : `: ${said}`}`,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name cannot be looked up at the moment',
  ECONNRESET: 'it closed the connection',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'the connection timed out',
  EPROTO: 'it does not speak TLS',
};

export function networkCode(error: unknown): string {
  // With several addresses for a name, each has its own failure.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

/** The server's certificate did not convince: codes of OpenSSL's verification and Node.js's host name check. */
export function isCertificateCode(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code);
}

/** Nothing usable came back from `host`. */
export function unreachable(registry: string, host: string, error: unknown): TowlineError {
  const code = networkCode(error);
  const where = host === registry ? registry : `${registry} (at ${host})`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return new TowlineError('registry-unreachable', {
      why: `what answers as ${where} shows the TLS certificate of another host (${code})`,
      next: 'Check the address under `registry` in towline.yaml; a proxy on the way may be what answers.',
      cause: error,
    });
  if (isCertificateCode(code)) {
    return new TowlineError('registry-unreachable', {
      why: `the TLS certificate of ${where} is not trusted (${code})`,
      next: `Put its authority's certificate into /etc/docker/certs.d/${host}/ca.crt, or name it in NODE_EXTRA_CA_CERTS.`,
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  const reason = reasons[code] ?? escapeControls(message).slice(0, excerptLimit);
  return new TowlineError('registry-unreachable', {
    why: `${where}: ${reason}${code === '' ? '' : ` (${code})`}`,
    cause: error,
  });
}
