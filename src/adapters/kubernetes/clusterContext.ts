import type { Kubeconfig, KubeconfigContext, KubeconfigUser } from '../../domain/kubeconfig/kubeconfig.ts';
import type { ClusterContext } from '../../engine/ports/clusters.ts';
import { hashAuthority, readAuthority } from './readAuthority.ts';

/** What people may know of a context; an authority that cannot be read is left for the connection to complain about. */
export function describeContext(config: Kubeconfig, context: KubeconfigContext): ClusterContext {
  const cluster = config.clusters.get(context.cluster);
  let authority: string | undefined;
  try {
    authority = cluster && hashAuthority(readAuthority(cluster));
  } catch {
    authority = undefined;
  }
  return {
    name: context.name,
    cluster: context.cluster,
    server: cluster?.server ?? '',
    authority,
    insecure: cluster?.insecureSkipTlsVerify ?? false,
    ...(cluster?.proxyUrl === undefined ? {} : { proxy: withoutUser(cluster.proxyUrl) }),
    namespace: context.namespace ?? 'default',
    user: describeUser(config.users.get(context.user)),
    file: context.at.file,
  };
}

export function withoutUser(url: string): string {
  return url.replace(/\/\/[^@/]*@/, '//');
}

function describeUser(user: KubeconfigUser | undefined): string {
  if (user === undefined) return 'nobody';
  const known = describeCredentials(user);
  return user.impersonate === undefined ? known : `${known} as ${user.impersonate}`;
}

function describeCredentials(user: KubeconfigUser): string {
  if (user.tokenFile !== undefined) return 'token file';
  if (user.token !== undefined) return 'token';
  if (user.username !== undefined) return 'password';
  if (user.exec !== undefined) return `plugin ${user.exec.command.split(/[/\\]/).at(-1) ?? ''}`;
  if (user.authProvider !== undefined) return `auth-provider ${user.authProvider}`;
  if ((user.clientCertificateData ?? user.clientCertificate) !== undefined) return 'client certificate';
  return 'nobody';
}
