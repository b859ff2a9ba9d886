import { createHash } from 'node:crypto';

export interface TreeEntry {
  /** As stored: `40000`, `100644`, `100755`, `120000`, `160000`. */
  readonly mode: string;
  readonly name: Buffer;
  readonly id: string;
}

export const folderMode = '40000';

/** Git's tree objects: `mode SP name NUL raw-id`, again and again. */
export function parseTree(content: Uint8Array, idBytes: number): TreeEntry[] {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const entries: TreeEntry[] = [];
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(0x20, at);
    const nul = bytes.indexOf(0, space);
    const end = nul + 1 + idBytes;
    entries.push({
      mode: bytes.toString('latin1', at, space),
      name: bytes.subarray(space + 1, nul),
      id: bytes.toString('hex', nul + 1, end),
    });
    at = end;
  }
  return entries;
}

/** Entries in git's order: by bytes, as if the names of folders ended in `/`. */
export function formatTree(entries: readonly TreeEntry[]): Buffer {
  const sorted = entries
    .map((entry) => ({
      entry,
      key: entry.mode === folderMode ? Buffer.concat([entry.name, slash]) : entry.name,
    }))
    .sort((a, b) => Buffer.compare(a.key, b.key));
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode} `, 'latin1'),
      entry.name,
      nul,
      Buffer.from(entry.id, 'hex'),
    ]),
  );
}

const slash = Buffer.from('/');
const nul = Buffer.from([0]);

/** The id git gives an object, in a repository whose ids have `idBytes` bytes. */
export function objectIdOf(type: 'blob' | 'tree', content: Uint8Array, idBytes: number): string {
  const hash = createHash(idBytes === 32 ? 'sha256' : 'sha1');
  return hash.update(`${type} ${content.byteLength}\0`).update(content).digest('hex');
}
