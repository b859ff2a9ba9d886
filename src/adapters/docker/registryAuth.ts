import type { Credential } from '../../engine/ports/credentials.ts';

/** The `X-Registry-Auth` header, which the engine wants even when it is empty: base64url of JSON. */
export function registryAuth(credential: Credential | undefined): { readonly 'X-Registry-Auth': string } {
  const value = !credential
    ? {}
    : credential.kind === 'basic'
      ? { username: credential.username, password: credential.password }
      : { identitytoken: credential.token };
  return { 'X-Registry-Auth': Buffer.from(JSON.stringify(value)).toString('base64url') };
}
