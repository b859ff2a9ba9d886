/** What Docker's own chain knows for a registry. Lives in memory only. */
export type Credential =
  | { readonly kind: 'basic'; readonly username: string; readonly password: string; readonly from: string }
  | { readonly kind: 'identity-token'; readonly token: string; readonly from: string };

export interface Credentials {
  /**
   * Credentials for a registry host (`ghcr.io`, `localhost:5001`; Docker Hub is `docker.io`) through
   * credHelpers, credsStore and auths, in that order. `from` names file and key, for messages.
   * Throws `credential-helper-failed`, `engine-config-invalid`.
   */
  find(registry: string, signal: AbortSignal): Promise<Credential | undefined>;
}
