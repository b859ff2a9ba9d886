import type { SourcePosition } from '../errors/problem.ts';

/** An entry of a kubeconfig list. Paths in it are resolved; a value of '' counts as absent, as for kubectl. */
interface KubeconfigEntry {
  readonly name: string;
  /** Where the entry stands. */
  readonly at: SourcePosition;
}

export interface KubeconfigCluster extends KubeconfigEntry {
  readonly server?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify: boolean;
  /** Path */
  readonly certificateAuthority?: string;
  /** Base64 */
  readonly certificateAuthorityData?: string;
  readonly proxyUrl?: string;
  readonly disableCompression: boolean;
}

/** A program that prints credentials (`client.authentication.k8s.io`). */
export interface CredentialPlugin {
  readonly apiVersion: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly installHint?: string;
  readonly provideClusterInfo: boolean;
  readonly interactiveMode: 'Never' | 'IfAvailable' | 'Always';
}

export interface KubeconfigUser extends KubeconfigEntry {
  /** Path */
  readonly clientCertificate?: string;
  /** Base64 */
  readonly clientCertificateData?: string;
  /** Path */
  readonly clientKey?: string;
  /** Base64 */
  readonly clientKeyData?: string;
  readonly token?: string;
  /** Path */
  readonly tokenFile?: string;
  readonly impersonate?: string;
  readonly impersonateUid?: string;
  readonly impersonateGroups: readonly string[];
  readonly impersonateExtra: Readonly<Record<string, readonly string[]>>;
  readonly username?: string;
  readonly password?: string;
  /** Name of an `auth-provider`, which Kubernetes no longer has. */
  readonly authProvider?: string;
  readonly exec?: CredentialPlugin;
}

export interface KubeconfigContext extends KubeconfigEntry {
  readonly cluster: string;
  readonly user: string;
  readonly namespace?: string;
}

/** One file, or several merged. */
export interface Kubeconfig {
  readonly currentContext?: string;
  readonly clusters: ReadonlyMap<string, KubeconfigCluster>;
  readonly users: ReadonlyMap<string, KubeconfigUser>;
  readonly contexts: ReadonlyMap<string, KubeconfigContext>;
}
