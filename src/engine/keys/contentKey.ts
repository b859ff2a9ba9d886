import { hmacSha256Of } from '../../domain/hashing/sha256.ts';
import { type KeyInputs, keyText, splitInputs } from '../../domain/keys/keyInputs.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import { hashText } from './hashText.ts';

/** The digest of `[]`: most keys of a run are of steps that read no files. */
const noFiles = '4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945';

/** Lower-case hex SHA-256 over every input; never shortened. */
export function contentKey(inputs: KeyInputs): string {
  const { files, others } = splitInputs(inputs);
  return keyOver(others, filesDigest(files));
}

/** The same key from what is not of the working tree and a digest over what is. */
export function keyOver(others: KeyInputs, files: string): string {
  return hashText(keyText({ ...others, 'working tree files': files }));
}

/** One digest over inputs of the working tree, so that they can be known to be the same without being listed. */
export function filesDigest(files: KeyInputs): string {
  const text = keyText(files);
  return text === '[]' ? noFiles : hashText(text);
}

/** A value that may be secret, as it may stand in a key: the same value gives the same text only in this repository. */
export function keyedHash(value: string, secret: string): string {
  return hmacSha256Of(value, secret);
}

/** Fingerprints as key inputs, named so that people recognise the file. */
export function fileInputs(fingerprints: ReadonlyMap<RepoPath, string>): KeyInputs {
  return Object.fromEntries([...fingerprints].map(([path, value]) => [`file ${path}`, value]));
}
