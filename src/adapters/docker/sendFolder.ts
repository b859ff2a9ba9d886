import { lstatSync } from 'node:fs';
import { posix } from 'node:path';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import type { ContextFile } from '../../engine/ports/containerEngine.ts';
import { entryFailure, entryMode, entryTime, readEntry, readEntryLink } from './contextEntry.ts';
import {
  type EntryStatus,
  type Packet,
  type Protobuf,
  packetTypes,
  readPacket,
  writePacket,
} from './sessionMessages.ts';

/** A file with where it lies on this machine. */
export interface SentFile extends ContextFile {
  /** Absolute, native; absent for a folder that only holds others. */
  readonly source?: string;
}

/** Go's `fs.ModeDir` and `fs.ModeSymlink`, and where it keeps setuid, setgid and sticky. */
const kindBits = { folder: 0x8000_0000, symlink: 0x0800_0000, file: 0 } as const;
const specialBits = [
  [0o4000, 0x0080_0000],
  [0o2000, 0x0040_0000],
  [0o1000, 0x0010_0000],
] as const;

function goMode(mode: number, kind: ContextFile['kind']): number {
  const special = specialBits.reduce((bits, [unix, go]) => bits + (mode & unix ? go : 0), 0);
  return (mode & 0o777) + special + kindBits[kind];
}

/** Component by component, which is how BuildKit wants entries sorted: a folder, its content, then its neighbours. */
function comparePaths(left: string, right: string): number {
  const one = left.replaceAll('/', '\0');
  const other = right.replaceAll('/', '\0');
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Sorted, each after the folders it lies in; folders that were not listed get ordinary permissions. */
export function inSendingOrder(files: readonly SentFile[]): readonly SentFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  for (const { path } of files) {
    for (
      let parent = posix.dirname(path);
      parent !== '.' && !byPath.has(parent);
      parent = posix.dirname(parent)
    ) {
      byPath.set(parent, { path: parent, kind: 'folder', mode: 0o755 });
    }
  }
  return [...byPath.values()].sort((left, right) => comparePaths(left.path, right.path));
}

function statusOf(file: SentFile, platform: NodeJS.Platform): EntryStatus {
  const { path, kind, source } = file;
  return {
    path,
    mode: goMode(entryMode(file, platform), kind),
    size: kind === 'file' && source !== undefined ? lstatSync(source).size : 0,
    time: entryTime.getTime() * 1e6,
    ...(kind === 'symlink' && source !== undefined ? { link: readEntryLink(source, platform) } : {}),
  };
}

/**
 * Serves one `DiffCopy` call of BuildKit's session: tells what there is, then sends what is asked for.
 * Resolves when the engine has everything; throws `context-unreadable`.
 */
export async function sendFolder(
  call: ServerDuplexStream<Buffer, Buffer>,
  files: readonly SentFile[],
  protobuf: Protobuf,
  platform: NodeJS.Platform,
): Promise<void> {
  const ended = Promise.withResolvers<void>();
  ended.promise.catch(() => undefined);
  call.on('cancelled', () => ended.resolve());
  call.on('error', ended.reject);

  async function send(packet: Packet): Promise<void> {
    if (call.cancelled || call.write(writePacket(protobuf, packet))) return;
    const drained = Promise.withResolvers<void>();
    call.once('drain', () => drained.resolve());
    await Promise.race([drained.promise, ended.promise]);
  }

  const sizes: number[] = [];
  async function sendContent(id: number): Promise<void> {
    const file = files[id];
    if (file?.source === undefined) return;
    try {
      for await (const data of readEntry(file.source, sizes[id], () => undefined)) {
        if (call.cancelled) return;
        await send({ type: packetTypes.data, id, data });
      }
    } catch (error) {
      throw entryFailure(file.source, error);
    }
    await send({ type: packetTypes.data, id });
  }

  let sending = Promise.resolve();
  call.on('data', (bytes: Buffer) => {
    const packet = readPacket(protobuf, bytes);
    if (packet.type === packetTypes.request) {
      sending = sending.then(() => sendContent(packet.id ?? 0));
      sending.catch(ended.reject);
    } else if (packet.type === packetTypes.finished) {
      sending.then(() => ended.resolve(), ended.reject);
    } else if (packet.type === packetTypes.error) {
      ended.reject(new Error(Buffer.from(packet.data ?? []).toString('utf8')));
    }
  });

  for (const file of files) {
    if (call.cancelled) return;
    try {
      const status = statusOf(file, platform);
      sizes.push(status.size);
      await send({ type: packetTypes.status, status });
    } catch (error) {
      throw entryFailure(file.source ?? file.path, error);
    }
  }
  // An empty status ends the list.
  await send({ type: packetTypes.status });
  await ended.promise;
  await send({ type: packetTypes.finished });
}
