import type protobuf from 'protobufjs/minimal.js';

/** The parts of protobufjs that sessions use, loaded by whoever opens one. */
export type Protobuf = typeof protobuf;

/** tonistiigi/fsutil `types.Packet_PacketType`. */
export const packetTypes = { status: 0, request: 1, data: 2, finished: 3, error: 4 } as const;

export interface Packet {
  readonly type: number;
  readonly status?: EntryStatus;
  readonly id?: number;
  readonly data?: Uint8Array;
}

/** tonistiigi/fsutil `types.Stat`, as far as it is sent. */
export interface EntryStatus {
  readonly path: string;
  /** Go's `fs.FileMode`, which is not the kernel's. */
  readonly mode: number;
  readonly size: number;
  /** Nanoseconds since the epoch. */
  readonly time: number;
  readonly link?: string;
}

export function writePacket({ Writer }: Protobuf, { type, status, id, data }: Packet): Buffer {
  const writer = Writer.create();
  if (type !== 0) writer.uint32(8).int32(type);
  if (status) {
    writer.uint32(18).fork().uint32(10).string(status.path).uint32(16).uint32(status.mode);
    writer.uint32(40).int64(status.size).uint32(48).int64(status.time);
    if (status.link !== undefined) writer.uint32(58).string(status.link);
    writer.ldelim();
  }
  if (id) writer.uint32(24).uint32(id);
  if (data) writer.uint32(34).bytes(data);
  return finish(writer);
}

/** What was written, without another copy of it. */
function finish(writer: protobuf.Writer): Buffer {
  const { buffer, byteOffset, byteLength } = writer.finish();
  return Buffer.from(buffer, byteOffset, byteLength);
}

export function readPacket({ Reader }: Protobuf, bytes: Uint8Array): Packet {
  const reader = Reader.create(bytes);
  const packet: { type: number; id: number; data?: Uint8Array } = { type: 0, id: 0 };
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) packet.type = reader.int32();
    else if (tag >>> 3 === 3) packet.id = reader.uint32();
    else if (tag >>> 3 === 4) packet.data = reader.bytes();
    else reader.skipType(tag & 7);
  }
  return packet;
}

/** The first field of a message whose first field is a string, as all requests of a session are. */
export function readFirstString({ Reader }: Protobuf, bytes: Uint8Array): string {
  const reader = Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    if (tag >>> 3 === 1) return reader.string();
    reader.skipType(tag & 7);
  }
  return '';
}

/** A message of strings or bytes in fields 1, 2, ... */
export function writeFields({ Writer }: Protobuf, fields: readonly (string | Uint8Array)[]): Buffer {
  const writer = Writer.create();
  for (const [index, field] of fields.entries()) {
    writer.uint32(((index + 1) << 3) | 2);
    if (typeof field === 'string') writer.string(field);
    else writer.bytes(field);
  }
  return finish(writer);
}
