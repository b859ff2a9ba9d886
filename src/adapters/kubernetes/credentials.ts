import type { KubeconfigUser } from '../../domain/kubeconfig/kubeconfig.ts';

/** What a request proves its sender with. */
export interface ClusterCredentials {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** PEM */
  readonly certificate?: Buffer;
  readonly key?: Buffer;
  /** In every spelling in which they are sent: kept out of messages. */
  readonly secrets: readonly string[];
  /** Milliseconds since 1970 when they have to be asked for again. */
  readonly expires?: number;
  /** Asking again may give others: a server that does not take them is asked once more with those. */
  readonly renewable?: true;
}

export function impersonationHeaders(user: KubeconfigUser): Record<string, string | string[]> {
  const { impersonate, impersonateUid, impersonateGroups, impersonateExtra } = user;
  return {
    ...(impersonate === undefined ? {} : { 'impersonate-user': impersonate }),
    ...(impersonateUid === undefined ? {} : { 'impersonate-uid': impersonateUid }),
    ...(impersonateGroups.length > 0 ? { 'impersonate-group': [...impersonateGroups] } : {}),
    ...Object.fromEntries(
      Object.entries(impersonateExtra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        [...values],
      ]),
    ),
  };
}
