import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

export interface PackedObject {
  readonly type: 'tree' | 'blob';
  readonly content: Uint8Array;
}

/** Git's numbers for object types in a pack. */
const typeNumbers = { tree: 2, blob: 3 } as const;

/**
 * A pack of whole objects, as `git unpack-objects` reads it (gitformat-pack): `PACK`, version and count, each object
 * behind its type and size, and a hash of it all. For a repository whose ids have `idBytes` bytes.
 */
export function formatPack(objects: readonly PackedObject[], idBytes: number): Buffer {
  const header = Buffer.alloc(12);
  header.write('PACK', 'latin1');
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts = objects.flatMap(({ type, content }) => [
    formatHeader(typeNumbers[type], content.byteLength),
    deflateSync(content),
  ]);
  const body = Buffer.concat([header, ...parts]);
  const hash = createHash(idBytes === 32 ? 'sha256' : 'sha1');
  return Buffer.concat([body, hash.update(body).digest()]);
}

/** Four bits of the size beside the type, then seven a byte, the lowest first; the top bit says that more follow. */
function formatHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 15)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 128;
    bytes.push(rest & 127);
  }
  return Buffer.from(bytes);
}
