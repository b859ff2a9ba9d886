import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { TlsPlan } from './resolveEndpoint.ts';

function readPem(folder: string, name: string): Buffer | undefined {
  if (folder === '') return undefined;
  const path = join(folder, name);
  try {
    return readFileSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new TowlineError('engine-config-invalid', { why: `${path} cannot be read: ${code}`, cause: error });
  }
}

/** Certificates of a TLS endpoint; each file may be missing, as for Docker's own client. */
export function loadTls({ folder, verify }: TlsPlan) {
  const ca = readPem(folder, 'ca.pem');
  const cert = readPem(folder, 'cert.pem');
  const key = readPem(folder, 'key.pem');
  return {
    rejectUnauthorized: verify,
    ...(ca ? { ca } : {}),
    ...(cert && key ? { cert, key } : {}),
  };
}
