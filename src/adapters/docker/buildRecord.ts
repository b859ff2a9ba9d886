import { StringDecoder } from 'node:string_decoder';
import type { BuildProgress } from '../../engine/ports/containerEngine.ts';
import type { BuildTrace, TraceVertex } from './buildTrace.ts';

/** What is known of a build when it ends: enough to say which step failed and what it printed last. */
export interface BuildRecord {
  take(trace: BuildTrace): void;
  /** Plain output that belongs to no step. */
  print(text: string): void;
  /** The step that failed by itself, not because others were cancelled. */
  failed(): { readonly name: string; readonly error: string } | undefined;
  /** The last lines that the step printed, or the build as a whole. */
  lastLines(): readonly string[];
}

const keptCharacters = 8_000;
const keptLines = 20;

function stateOf({ error, completed, cached }: TraceVertex): 'started' | 'done' | 'cached' | 'failed' {
  if (error !== '') return 'failed';
  if (cached) return 'cached';
  return completed ? 'done' : 'started';
}

/** Turns traces into progress, telling each state of a step once. */
export function createBuildRecord(onProgress: (progress: BuildProgress) => void): BuildRecord {
  const states = new Map<string, string>();
  const tails = new Map<string, string>();
  const decoders = new Map<string, StringDecoder>();
  let failed: { digest: string; name: string; error: string } | undefined;

  function print(vertex: string, text: string): void {
    if (text === '') return;
    tails.set(vertex, ((tails.get(vertex) ?? '') + text).slice(-keptCharacters));
    onProgress({ type: 'output', text });
  }

  function takeVertex(vertex: TraceVertex): void {
    if (!vertex.started && !vertex.cached && vertex.error === '') return;
    const state = stateOf(vertex);
    const before = states.get(vertex.digest);
    // A step that ended may be reported again, as started by a late message or as cached when it is used once more.
    if (before === state || (before !== undefined && before !== 'started')) return;
    states.set(vertex.digest, state);
    onProgress({ type: 'vertex', id: vertex.digest, name: vertex.name, state });
    if (state === 'failed' && !failed && !/context canceled/.test(vertex.error)) failed = { ...vertex };
  }

  return {
    take(trace) {
      trace.vertices.forEach(takeVertex);
      for (const { vertex, text } of trace.logs) {
        const decoder = decoders.get(vertex) ?? new StringDecoder('utf8');
        decoders.set(vertex, decoder);
        print(vertex, decoder.write(Buffer.from(text)));
      }
      for (const warning of trace.warnings) print('', `warning: ${warning}\n`);
    },
    print: (text) => print('', text),
    failed: () => failed,
    lastLines: () =>
      (tails.get(failed?.digest ?? '') ?? '')
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
        .slice(-keptLines),
  };
}
