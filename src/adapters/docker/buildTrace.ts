import type { Reader } from 'protobufjs/minimal.js';

/** A step of a build as BuildKit reports it, again and again as it proceeds. */
export interface TraceVertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  readonly started: boolean;
  readonly completed: boolean;
  readonly error: string;
}

/** The parts of BuildKit's `moby.buildkit.v1.StatusResponse` that are shown. */
export interface BuildTrace {
  readonly vertices: readonly TraceVertex[];
  readonly logs: readonly { readonly vertex: string; readonly text: Uint8Array }[];
  readonly warnings: readonly string[];
}

/** Reads one message; `take` handles a field or returns false to have it skipped. */
function readFields(reader: Reader, end: number, take: (field: number) => boolean): void {
  while (reader.pos < end) {
    const tag = reader.uint32();
    if (!take(tag >>> 3)) reader.skipType(tag & 7);
  }
}

function readNested(reader: Reader, take: (field: number) => boolean): true {
  const end = reader.uint32() + reader.pos;
  readFields(reader, end, take);
  return true;
}

function readVertex(reader: Reader): TraceVertex {
  const vertex = { digest: '', name: '', cached: false, started: false, completed: false, error: '' };
  readNested(reader, (field) => {
    if (field === 1) vertex.digest = reader.string();
    else if (field === 3) vertex.name = reader.string();
    else if (field === 4) vertex.cached = reader.bool();
    else if (field === 5) vertex.started = readNested(reader, () => false);
    else if (field === 6) vertex.completed = readNested(reader, () => false);
    else if (field === 7) vertex.error = reader.string();
    else return false;
    return true;
  });
  return vertex;
}

function readLog(reader: Reader): BuildTrace['logs'][number] {
  const log = { vertex: '', text: new Uint8Array() };
  readNested(reader, (field) => {
    if (field === 1) log.vertex = reader.string();
    else if (field === 4) log.text = reader.bytes().slice();
    else return false;
    return true;
  });
  return log;
}

function readWarning(reader: Reader): string {
  let short = '';
  readNested(reader, (field) => {
    if (field !== 3) return false;
    short = reader.string();
    return true;
  });
  return short;
}

/** Decodes the `aux` of a `moby.buildkit.trace` message; the reader comes from protobufjs. */
export function readBuildTrace(aux: string, createReader: (bytes: Uint8Array) => Reader): BuildTrace {
  const reader = createReader(Buffer.from(aux, 'base64'));
  const vertices: TraceVertex[] = [];
  const logs: BuildTrace['logs'][number][] = [];
  const warnings: string[] = [];
  readFields(reader, reader.len, (field) => {
    if (field === 1) vertices.push(readVertex(reader));
    else if (field === 3) logs.push(readLog(reader));
    else if (field === 4) warnings.push(readWarning(reader));
    else return false;
    return true;
  });
  return { vertices, logs, warnings };
}
