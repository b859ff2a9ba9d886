/**
 * UTF-8 up to the end of its last whole character: what follows is the start of one whose other bytes are still to
 * come. Bytes that are no UTF-8 stay.
 */
export function wholeCharacters(bytes: Uint8Array): Uint8Array {
  // A character has at most four bytes, the first of which says how many.
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}
