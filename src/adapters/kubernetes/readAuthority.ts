import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { KubeconfigCluster } from '../../domain/kubeconfig/kubeconfig.ts';

/** A file that the kubeconfig names. Throws `kubeconfig-invalid` naming it and the field. */
export function readNamedFile(path: string, field: string, at: KubeconfigCluster['at']): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const why = `${field} names ${path}, which ${code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`}`;
    throw new TowlineError('kubeconfig-invalid', { why: `${at.file}:${at.line}: ${why}`, at, cause: error });
  }
}

/** PEM of the certificate authority, if one is named; data go before a file, as for kubectl. */
export function readAuthority(cluster: KubeconfigCluster): Buffer | undefined {
  if (cluster.certificateAuthorityData !== undefined)
    return Buffer.from(cluster.certificateAuthorityData, 'base64');
  if (cluster.certificateAuthority === undefined) return undefined;
  return readNamedFile(cluster.certificateAuthority, 'certificate-authority', cluster.at);
}

export function hashAuthority(pem: Buffer | undefined): string | undefined {
  return pem === undefined ? undefined : createHash('sha256').update(pem).digest('hex');
}
