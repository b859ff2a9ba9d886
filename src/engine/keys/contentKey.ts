import { createHash, createHmac } from 'node:crypto';
import { type KeyInputs, keyText } from '../../domain/keys/keyInputs.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';

/** Lower-case hex SHA-256 over every input; never shortened. */
export function contentKey(inputs: KeyInputs): string {
  return createHash('sha256').update(keyText(inputs)).digest('hex');
}

/** A value that may be secret, as it may stand in a key: the same value gives the same text only in this repository. */
export function keyedHash(value: string, secret: string): string {
  return createHmac('sha256', secret).update(value).digest('hex');
}

/** Fingerprints as key inputs, named so that people recognise the file. */
export function fileInputs(fingerprints: ReadonlyMap<RepoPath, string>): KeyInputs {
  return Object.fromEntries([...fingerprints].map(([path, value]) => [`file ${path}`, value]));
}
