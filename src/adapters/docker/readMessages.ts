import type { IncomingMessage } from 'node:http';
import type { DockerClient } from './dockerClient.ts';
import { isRecord } from './dockerConfig.ts';
import { engineError, engineStopped } from './engineError.ts';

/** A line of Docker's JSON progress streams; every field is optional. */
export type EngineMessage = Readonly<Record<string, unknown>>;

/**
 * The JSON messages of a progress stream, one per line. Throws `engine-stopped` when the connection breaks,
 * and the signal's reason after an abort.
 */
export async function* readMessages(
  answer: NodeJS.ReadableStream,
  client: DockerClient,
  signal: AbortSignal,
): AsyncGenerator<EngineMessage> {
  let rest = '';
  try {
    for await (const chunk of answer.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const message = parseMessage(line);
        if (message) yield message;
      }
    }
  } catch (error) {
    throw engineError(error, client.endpoint, signal);
  }
  signal.throwIfAborted();
  const last = parseMessage(rest);
  if (last) yield last;
  if (!(answer as IncomingMessage).complete) throw engineStopped(client.endpoint);
}

function parseMessage(line: string): EngineMessage | undefined {
  if (line.trim() === '') return undefined;
  try {
    const message: unknown = JSON.parse(line);
    return isRecord(message) ? message : undefined;
  } catch {
    // Proxies in front of an engine add lines of their own; the result is judged by what is complete.
    return undefined;
  }
}

/** The error a message carries, in the engine's words. */
export function messageError(message: EngineMessage): string | undefined {
  const detail = message.errorDetail;
  if (isRecord(detail) && typeof detail.message === 'string') return detail.message;
  return typeof message.error === 'string' ? message.error : undefined;
}
