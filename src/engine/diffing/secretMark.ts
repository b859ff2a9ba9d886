import { createHmac, randomBytes } from 'node:crypto';
import type { SecretMark } from '../../domain/diff/objectDiff.ts';

/** A mark for one diff: its key is never kept, so that nobody can find a value by trying. */
export function createSecretMark(): SecretMark {
  const key = randomBytes(32);
  return (value) => `(hidden, ${createHmac('sha256', key).update(value).digest('hex').slice(0, 8)})`;
}
