import type { BuildRecord } from './buildRecord.ts';
import type { BuildTrace } from './buildTrace.ts';
import { isRecord } from './dockerConfig.ts';

function records(value: unknown): readonly Record<string, unknown>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A line of `--progress=rawjson`: BuildKit's status as JSON, bytes in base64. */
function readStatus(line: string): BuildTrace | undefined {
  if (!line.startsWith('{')) return undefined;
  let status: unknown;
  try {
    status = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(status)) return undefined;
  return {
    vertices: records(status.vertexes).map((vertex) => ({
      digest: text(vertex.digest),
      name: text(vertex.name),
      cached: vertex.cached === true,
      started: vertex.started !== undefined,
      completed: vertex.completed !== undefined,
      error: text(vertex.error),
    })),
    logs: records(status.logs).map(({ vertex, data }) => ({
      vertex: text(vertex),
      text: Buffer.from(text(data), 'base64'),
    })),
    warnings: records(status.warnings).map(({ short }) =>
      Buffer.from(text(short), 'base64').toString('utf8'),
    ),
  };
}

/** Reads buildx's output: raw progress where it is some, plain text as it is. */
export function readRawProgress(record: BuildRecord) {
  let rest = '';
  let error: string | undefined;
  let open: string[] = [];
  /** buildx 0.13 writes each object over many lines, between braces of their own; later versions in one. */
  function joinObject(line: string): string | undefined {
    if (open.length === 0 && line !== '{') return line;
    open.push(line);
    if (line !== '}') return undefined;
    const object = open.join('');
    open = [];
    return object;
  }
  function takeLine(part: string): void {
    const line = part === '' ? undefined : joinObject(part);
    if (line === undefined) return;
    const status = readStatus(line);
    if (status) record.take(status);
    else {
      if (line.startsWith('ERROR: ')) error = line.slice('ERROR: '.length);
      record.print(`${line}\n`);
    }
  }
  return {
    take(chunk: string): void {
      const lines = (rest + chunk).split(/\r?\n/);
      rest = lines.pop() ?? '';
      lines.forEach(takeLine);
    },
    end(): void {
      takeLine(rest);
      rest = '';
    },
    /** What buildx gave as its reason to fail. */
    error: () => error,
  };
}
