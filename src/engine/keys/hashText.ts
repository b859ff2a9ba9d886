import { createHash } from 'node:crypto';
import { sha256Of } from '../../domain/hashing/sha256.ts';

/** Characters up to which JavaScript is done before Node's cryptography is loaded. */
const shortText = 4096;

/**
 * Lower-case hex SHA-256 of a text. Loading `node:crypto` takes a twentieth of a run that finds nothing changed, which
 * hashes a few short texts.
 */
export function hashText(text: string): string {
  return text.length <= shortText ? sha256Of(text) : createHash('sha256').update(text).digest('hex');
}
