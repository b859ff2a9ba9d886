import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { KubeconfigUser } from '../../domain/kubeconfig/kubeconfig.ts';
import type { ContextSelection } from '../../domain/kubeconfig/selectContext.ts';
import type { Processes } from '../../engine/ports/processes.ts';
import { type ClusterCredentials, impersonationHeaders } from './credentials.ts';
import { readNamedFile } from './readAuthority.ts';

/** Token files are rewritten before their token expires; client-go looks at them as often. Milliseconds. */
const tokenFileAge = 60_000;

const nobody: ClusterCredentials = { headers: {}, secrets: [] };

function invalid(user: KubeconfigUser, why: string, next?: string): TowlineError {
  return new TowlineError('kubeconfig-invalid', {
    why: `${user.at.file}:${user.at.line}: user ${JSON.stringify(user.name)} ${why}`,
    at: user.at,
    ...(next === undefined ? {} : { next }),
  });
}

function bearer(token: string): Pick<ClusterCredentials, 'headers' | 'secrets'> {
  return { headers: { authorization: `Bearer ${token}` }, secrets: [token] };
}

function clientCertificate(user: KubeconfigUser): Pick<ClusterCredentials, 'certificate' | 'key'> {
  const read = (data: string | undefined, path: string | undefined, field: string) => {
    if (data !== undefined) return Buffer.from(data, 'base64');
    return path === undefined ? undefined : readNamedFile(path, field, user.at);
  };
  const certificate = read(user.clientCertificateData, user.clientCertificate, 'client-certificate');
  const key = read(user.clientKeyData, user.clientKey, 'client-key');
  if ((certificate === undefined) !== (key === undefined)) {
    throw invalid(
      user,
      `has a client ${certificate ? 'certificate without its key' : 'key without its certificate'}`,
    );
  }
  return { ...(certificate ? { certificate } : {}), ...(key ? { key } : {}) };
}

function tokenOf(
  user: KubeconfigUser,
): Pick<ClusterCredentials, 'headers' | 'secrets' | 'expires'> | undefined {
  if (user.tokenFile !== undefined) {
    const token = readNamedFile(user.tokenFile, 'tokenFile', user.at).toString('utf8').trim();
    return { ...bearer(token), expires: Date.now() + tokenFileAge };
  }
  if (user.token !== undefined) return bearer(user.token);
  if (user.username === undefined) return undefined;
  const basic = Buffer.from(`${user.username}:${user.password ?? ''}`, 'utf8').toString('base64');
  return { headers: { authorization: `Basic ${basic}` }, secrets: [basic, user.password ?? ''] };
}

/** Credentials of a context's user. Throws `kubeconfig-invalid`, `credential-plugin-failed`. */
export async function loadCredentials(
  selection: ContextSelection,
  processes: Processes,
  signal: AbortSignal,
): Promise<ClusterCredentials> {
  const { user } = selection;
  if (user === undefined) return nobody;
  if (user.exec !== undefined) {
    const { runCredentialPlugin } = await import('./runCredentialPlugin.ts');
    const credentials = await runCredentialPlugin({ ...selection, user }, user.exec, processes, signal);
    return { ...credentials, headers: { ...credentials.headers, ...impersonationHeaders(user) } };
  }
  const token = tokenOf(user);
  const { headers, secrets, ...rest } = token ?? nobody;
  return {
    ...clientCertificate(user),
    ...rest,
    headers: { ...headers, ...impersonationHeaders(user) },
    secrets,
  };
}
