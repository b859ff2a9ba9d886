import type { Credential } from './credentials.ts';

/**
 * An OCI distribution registry, asked directly. Hosts on the loopback are spoken to over http, or https when
 * they turn out to want it, others over https only; credentials go to exactly the named host and to the token
 * server it names, never across a redirect.
 */
export interface Registry {
  /** Whether `/v2/` answers: `ready`, or `denied` when it wants other credentials. Throws `registry-unreachable`, `registry-failed`. */
  ping(
    registry: string,
    credential: Credential | undefined,
    signal: AbortSignal,
  ): Promise<'ready' | 'denied'>;
  /**
   * The digest the registry gives for a tag or digest (HEAD on the manifest), or undefined where it has none.
   * Throws `registry-unreachable`, `registry-denied`, `registry-failed`.
   */
  findDigest(
    image: { readonly registry: string; readonly repository: string; readonly reference: string },
    credential: Credential | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}
