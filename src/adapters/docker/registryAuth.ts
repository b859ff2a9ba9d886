import type { Credential } from '../../engine/ports/credentials.ts';

/** The `X-Registry-Auth` header, which the engine wants even when it is empty: padded base64url of JSON. */
export function registryAuth(credential: Credential | undefined): { readonly 'X-Registry-Auth': string } {
  const value = !credential
    ? {}
    : credential.kind === 'basic'
      ? { username: credential.username, password: credential.password }
      : { identitytoken: credential.token };
  const text = Buffer.from(JSON.stringify(value)).toString('base64');
  // Go's decoder wants the padding that Node's own base64url leaves away.
  return { 'X-Registry-Auth': text.replaceAll('+', '-').replaceAll('/', '_') };
}
