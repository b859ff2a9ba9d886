import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where Docker Engine looks for a registry's own certificate authorities: https://docs.docker.com/engine/security/certificates/ */
export const dockerAuthoritiesFolder = '/etc/docker/certs.d';

function readCertificates(folder: string, host: string): readonly string[] {
  try {
    return readdirSync(join(folder, host))
      .filter((name) => name.endsWith('.crt'))
      .map((name) => readFileSync(join(folder, host, name), 'utf8'));
  } catch {
    // No such folder, or not ours to read: then the system's authorities decide, and the failure names them.
    return [];
  }
}

/** Node.js's authorities and those the engine trusts for this host; undefined when the engine has none of its own. */
export function dockerAuthorities(folder: string, host: string): string[] | undefined {
  const own = readCertificates(folder, host);
  if (own.length === 0) return undefined;
  return [...process.getBuiltinModule('node:tls').getCACertificates('default'), ...own];
}
