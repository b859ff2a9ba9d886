import type Dockerode from 'dockerode';
import type { Credential } from '../../engine/ports/credentials.ts';

/** Never undefined: an engine wants to be told even that there is nothing to sign in with. */
export function registryAuth(credential: Credential | undefined): Dockerode.AuthConfigObject {
  if (!credential) return {};
  return credential.kind === 'basic'
    ? { username: credential.username, password: credential.password }
    : { identitytoken: credential.token };
}
