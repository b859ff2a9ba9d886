/**
 * Frames of SPDY/3.1, as far as the kubelet's streams need them: https://www.chromium.org/spdy/spdy-protocol/spdy-protocol-draft3-1/
 * Neither side keeps flow-control windows there, and headers of the server's answers say nothing.
 */

export const controlTypes = { synStream: 1, rstStream: 3, ping: 6, goAway: 7 } as const;
export const finFlag = 1;

export type SpdyFrame =
  | { readonly kind: 'data'; readonly stream: number; readonly fin: boolean; readonly payload: Buffer }
  | { readonly kind: 'control'; readonly type: number; readonly fin: boolean; readonly payload: Buffer };

const headSize = 8;

/** Cuts bytes into frames as they come. */
export function readSpdyFrames(onFrame: (frame: SpdyFrame) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= headSize) {
      const head = rest.readUInt32BE(0);
      const size = rest.readUIntBE(5, 3);
      if (rest.length < headSize + size) return;
      const fin = (rest.readUInt8(4) & finFlag) !== 0;
      const payload = rest.subarray(headSize, headSize + size);
      rest = rest.subarray(headSize + size);
      if (head < 0x80000000) onFrame({ kind: 'data', stream: head, fin, payload });
      else onFrame({ kind: 'control', type: head & 0xffff, fin, payload });
    }
  };
}

export function dataFrameHead(stream: number, size: number, fin: boolean): Buffer {
  const head = Buffer.alloc(headSize);
  head.writeUInt32BE(stream, 0);
  head.writeUIntBE((fin ? finFlag : 0) * 0x1000000 + size, 4, 4);
  return head;
}

export function controlFrame(type: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(headSize);
  head.writeUInt32BE(0x80030000 + type, 0);
  head.writeUIntBE(payload.length, 4, 4);
  return Buffer.concat([head, payload]);
}

/** A four-byte number. */
function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function synStreamFrame(
  stream: number,
  headers: Readonly<Record<string, string>>,
  isFirst: boolean,
): Buffer {
  const names = Object.entries(headers).flatMap(([name, value]) => {
    const texts = [Buffer.from(name.toLowerCase()), Buffer.from(value)];
    return texts.flatMap((text) => [word(text.length), text]);
  });
  const block = Buffer.concat([word(Object.keys(headers).length), ...names]);
  const idsAndPriority = Buffer.concat([word(stream), word(0), Buffer.alloc(2)]);
  return controlFrame(controlTypes.synStream, Buffer.concat([idsAndPriority, storedBlock(block, isFirst)]));
}

export function rstStreamFrame(stream: number, status: number): Buffer {
  return controlFrame(controlTypes.rstStream, Buffer.concat([word(stream), word(status)]));
}

/**
 * Header blocks of a connection are one zlib stream. Stored blocks need neither a compressor nor SPDY's dictionary; the
 * empty one at the end makes the reader give out what it has.
 */
function storedBlock(bytes: Buffer, isFirst: boolean): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(bytes.length ^ 0xffff, 3);
  const zlibHead = isFirst ? [Buffer.from([0x78, 0x01])] : [];
  return Buffer.concat([...zlibHead, head, bytes, Buffer.from([0, 0, 0, 0xff, 0xff])]);
}
