import { Duplex } from 'node:stream';
import {
  controlFrame,
  controlTypes,
  dataFrameHead,
  readSpdyFrames,
  rstStreamFrame,
  type SpdyFrame,
  synStreamFrame,
} from './spdyFrames.ts';

/** RST_STREAM: the stream is of no use any more. */
const cancel = 5;

/** Streams over one connection. Each can end in either direction before the other. */
export interface SpdySession {
  openStream(headers: Readonly<Record<string, string>>): Duplex;
  /** Ends the connection and all its streams. */
  close(): void;
}

/** Speaks SPDY as the side that connected. `onClosed` is called once, whoever ended the connection. */
export function createSpdySession(connection: Duplex, onClosed: () => void): SpdySession {
  const streams = new Map<number, Duplex>();
  /** Those whose other side has said all; what they hold may still be read when the connection is gone. */
  const ended = new Set<number>();
  let lastStream = -1;

  function createStream(id: number): Duplex {
    const send = (payload: Buffer, fin: boolean, done: (error?: Error | null) => void): void => {
      if (connection.destroyed) {
        done();
        return;
      }
      connection.write(dataFrameHead(id, payload.length, fin));
      connection.write(payload, done);
    };
    return new Duplex({
      allowHalfOpen: true,
      // Whoever reads slowly makes the whole connection wait.
      read: () => void connection.resume(),
      write: (chunk: Buffer, _encoding, done) => send(chunk, false, done),
      final: (done) => send(Buffer.alloc(0), true, done),
      destroy(error, done) {
        streams.delete(id);
        const isOver = ended.has(id) && this.writableFinished;
        if (!isOver && !connection.destroyed) connection.write(rstStreamFrame(id, cancel));
        done(error);
      },
    });
  }

  function finish(id: number): void {
    if (ended.has(id)) return;
    ended.add(id);
    streams.get(id)?.push(null);
  }

  function take(frame: SpdyFrame): void {
    if (frame.kind === 'control') {
      if (frame.type === controlTypes.ping) connection.write(controlFrame(frame.type, frame.payload));
      if (frame.type === controlTypes.rstStream) streams.get(frame.payload.readUInt32BE(0))?.destroy(cut());
      // A reply may end its stream at once.
      if (frame.fin && frame.payload.length >= 4) finish(frame.payload.readUInt32BE(0) & 0x7fffffff);
      return;
    }
    const stream = streams.get(frame.stream);
    if (!stream) return;
    if (frame.payload.length > 0 && !stream.push(frame.payload)) connection.pause();
    if (frame.fin) finish(frame.stream);
  }

  const end = (): void => {
    for (const [id, stream] of [...streams]) if (!ended.has(id)) stream.destroy(cut());
    onClosed();
  };
  connection.on('data', readSpdyFrames(take));
  connection.on('error', () => undefined);
  connection.once('close', end);
  connection.once('end', () => connection.destroy());

  return {
    openStream(headers) {
      lastStream += 2;
      const stream = createStream(lastStream);
      // A stream that nobody listens to must not end the process.
      stream.on('error', () => undefined);
      streams.set(lastStream, stream);
      connection.write(synStreamFrame(lastStream, headers, lastStream === 1));
      return stream;
    },
    close: () => void connection.destroy(),
  };
}

function cut(): Error {
  return Object.assign(new Error('the connection was cut'), { code: 'ECONNRESET' });
}
