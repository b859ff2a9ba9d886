import type { ErrorCode } from '../../domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { ClusterContext } from '../../engine/ports/clusters.ts';

/** Most of a foreign text that is shown. Characters. */
const excerptLimit = 2_000;

/** `Status` of the API, as far as it is read: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/ */
export interface ApiStatus {
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: {
    readonly retryAfterSeconds?: number;
    readonly causes?: readonly {
      readonly reason?: string;
      readonly message?: string;
      readonly field?: string;
    }[];
  };
}

/** An answer that is not a success. */
export interface Refusal {
  readonly status: number;
  /** The body's text; a Status where the API server itself answered. */
  readonly body: string;
  /** Value of the Retry-After header. */
  readonly retryAfter: string | undefined;
}

function codeOf(status: number, reason: string | undefined, hasBody: boolean): ErrorCode {
  switch (status) {
    case 400:
      // An object that cannot even be decoded is refused with 400.
      return hasBody ? 'object-invalid' : 'cluster-failed';
    case 401:
      return 'cluster-unauthorized';
    case 403:
      return 'cluster-forbidden';
    case 404:
      return 'object-missing';
    case 409:
      return 'object-conflict';
    case 410:
      return 'version-gone';
    case 422:
      return 'object-invalid';
    case 429:
    case 503:
      return 'cluster-busy';
    default:
      return reason === 'Expired' ? 'version-gone' : 'cluster-failed';
  }
}

export function readStatus(body: string): ApiStatus | undefined {
  try {
    const value: unknown = JSON.parse(body);
    const isStatus =
      typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'Status';
    return isStatus ? (value as ApiStatus) : undefined;
  } catch {
    return undefined;
  }
}

/** What the server said, for people: without secrets that it may echo, and without control characters. */
function excerpt(text: string, secrets: readonly string[]): string {
  let shown = text.trim();
  for (const secret of secrets) if (secret !== '') shown = shown.replaceAll(secret, '…');
  shown = visibleText(shown);
  return shown.length > excerptLimit ? `${shown.slice(0, excerptLimit)}…` : shown;
}

function describe(status: ApiStatus): string {
  const message = status.message ?? status.reason ?? '';
  const causes = (status.details?.causes ?? []).flatMap((cause) => {
    const line = [cause.field, cause.message].filter(Boolean).join(': ');
    // The message itself mostly tells the causes already.
    return line === '' || message.includes(cause.message ?? line) ? [] : [line];
  });
  return [message, ...causes].join('\n');
}

/** Seconds; the header is a number or a date. */
function readRetryAfter(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const time = Date.parse(header);
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - Date.now()) / 1000));
}

/** The error for an answer or a watch's error event. `sent`: the request had an object in it. */
export function refused(
  context: ClusterContext,
  { status, body, retryAfter }: Refusal,
  { secrets, sent }: { readonly secrets: readonly string[]; readonly sent: boolean },
): TowlineError {
  const said = readStatus(body);
  const code = codeOf(status, said?.reason, sent);
  const words = excerpt(said ? describe(said) : body, secrets);
  const seconds = readRetryAfter(retryAfter) ?? said?.details?.retryAfterSeconds;
  return new TowlineError(code, {
    why: `${context.name} (${context.server}) answered ${status}${words === '' ? '' : `: ${words}`}`,
    ...(code === 'cluster-busy' && seconds !== undefined ? { retryAfter: seconds } : {}),
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name cannot be looked up at the moment',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that host',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'the connection timed out',
  EPROTO: 'it does not speak TLS',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS',
};

function networkCode(error: unknown): string {
  // With several addresses for a name, each has its own failure.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error && 'code' in first ? String(first.code) : '';
}

/** The server's certificate did not convince: codes of OpenSSL's verification and Node.js's host name check. */
function isCertificateCode(code: string): boolean {
  return /CERT|SIGNATURE|ISSUER|ALTNAME/.test(code);
}

/** Nothing usable came back. */
export function unreachable(context: ClusterContext, error: unknown): TowlineError {
  if (error instanceof TowlineError) return error;
  const where = `${context.name} (${context.server})`;
  const code = networkCode(error);
  if (isCertificateCode(code)) {
    return new TowlineError('cluster-unreachable', {
      why: `${where}: its TLS certificate is not trusted (${code})`,
      next: `Correct certificate-authority of cluster ${JSON.stringify(context.cluster)} in ${context.file}; do not send credentials there before.`,
      cause: error,
    });
  }
  const message = error instanceof Error ? error.message : String(error);
  const reason = reasons[code] ?? excerpt(message, []);
  return new TowlineError('cluster-unreachable', {
    why: `${where}: ${reason}${code === '' ? '' : ` (${code})`}`,
    cause: error,
  });
}
