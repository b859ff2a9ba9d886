// One of the modules with HTTP verbs that could change something: programs that are run in containers change things.
import type { Duplex } from 'node:stream';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { visibleText } from '../../domain/text/visibleText.ts';
import type { ClusterWrites, ExecInput, ExecStreams } from '../../engine/ports/clusters.ts';
import { withQuery } from './addresses.ts';
import { type ApiStatus, unreachable } from './clusterFailure.ts';
import type { Session } from './openSession.ts';
import { podPath } from './podPath.ts';
import { createSpdySession, type SpdySession } from './spdySession.ts';

/**
 * The form of the streams in which the end of the program is told as a Status, on a stream of its own. Every API server
 * speaks it over SPDY; those from 1.30 on take it over WebSocket as well, and kubectl falls back to this one, too.
 */
const protocol = 'v4.channel.k8s.io';
/** Longest text that tells how the program ended. Characters. */
const endLimit = 64 * 1024;

/** See `ClusterWrites.exec`. The program may go on in the container when the signal ends the connection. */
export async function runInContainer(
  session: Session,
  { container, ...place }: Parameters<ClusterWrites['exec']>[0],
  command: readonly [string, ...string[]],
  { tty }: { readonly tty: boolean },
  streams: ExecStreams,
  signal: AbortSignal,
): Promise<number> {
  const stdin = streams.onReady !== undefined;
  const query = { container, command, stdin, stdout: true, stderr: !tty, tty };
  const headers = {
    // The answer is a connection, not JSON.
    accept: '*/*',
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': protocol,
  };
  const path = withQuery(podPath(place, 'exec'), query);
  const connection = await session.upgrade({ method: 'POST', path, headers }, signal);
  const closed = Promise.withResolvers<void>();
  const spdy = createSpdySession(connection, closed.resolve);
  const cancel = (): void => spdy.close();
  signal.addEventListener('abort', cancel, { once: true });
  try {
    const told = await carry(spdy, closed.promise, { tty, stdin }, streams);
    signal.throwIfAborted();
    return exitCodeOf(session, told);
  } finally {
    signal.removeEventListener('abort', cancel);
    spdy.close();
  }
}

/** What the server tells at the program's end; empty where the connection ended before. */
async function carry(
  spdy: SpdySession,
  closed: Promise<void>,
  { tty, stdin }: { readonly tty: boolean; readonly stdin: boolean },
  { onOutput, onReady }: ExecStreams,
): Promise<string> {
  const open = (streamType: string): Duplex => spdy.openStream({ streamType });
  // The server waits for all streams, in whatever order, before it starts the program.
  const end = open('error');
  const input = stdin ? open('stdin') : undefined;
  const outputs = tty ? (['stdout'] as const) : (['stdout', 'stderr'] as const);
  const carried = outputs.map((name) => {
    const stream = open(name);
    stream.end();
    stream.on('data', (bytes: Buffer) => onOutput(bytes, name));
    return over(stream);
  });
  const size = tty ? open('resize') : undefined;
  end.end();
  let told = '';
  end.setEncoding('utf8').on('data', (text: string) => {
    if (told.length < endLimit) told += text;
  });
  onReady?.(createInput(input, size));
  // Output is on its way until its streams end; some servers only close the connection.
  await Promise.race([closed, Promise.all([over(end), ...carried])]);
  return told;
}

function over(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once('end', resolve).once('close', resolve);
  });
}

function createInput(stdin: Duplex | undefined, size: Duplex | undefined): ExecInput {
  const usable = (stream: Duplex | undefined): stream is Duplex => stream?.writable === true;
  return {
    write: (bytes) => void (usable(stdin) && stdin.write(bytes)),
    end: () => void (usable(stdin) && stdin.end()),
    resize: (columns, rows) =>
      void (usable(size) && size.write(`${JSON.stringify({ Width: columns, Height: rows })}\n`)),
  };
}

function exitCodeOf({ context }: Session, told: string): number {
  if (told === '') throw unreachable(context, new Error('the connection was cut before the program ended'));
  let status: ApiStatus & { readonly status?: string };
  try {
    status = JSON.parse(told) as typeof status;
  } catch {
    throw unreachable(
      context,
      new Error(`how the program ended cannot be read: ${visibleText(told.slice(0, 200))}`),
    );
  }
  if (status.status === 'Success') return 0;
  const code = status.details?.causes?.find(({ reason }) => reason === 'ExitCode')?.message;
  if (status.reason === 'NonZeroExitCode' && code !== undefined && /^\d+$/.test(code)) return Number(code);
  throw new TowlineError('cluster-failed', {
    why: `${context.name} could not run the program: ${visibleText(status.message ?? status.reason ?? told).slice(0, 2_000)}`,
  });
}
