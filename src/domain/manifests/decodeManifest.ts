import type { UnreadableFile } from './manifestTree.ts';

/**
 * Bytes as text that encodes to the very same bytes again: the byte order mark is kept, and what is not
 * UTF-8 is refused instead of being replaced.
 */
export function decodeManifest(bytes: Uint8Array): string | UnreadableFile {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return { kind: 'unreadable', why: 'not-utf8' };
  }
}
