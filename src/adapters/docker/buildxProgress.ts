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
  function takeLine(line: string): void {
    if (line === '') return;
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
