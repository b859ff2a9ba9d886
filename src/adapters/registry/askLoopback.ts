import { connect } from 'node:net';

/** Bytes of an answer's head above which it is none that we know. */
const longestHead = 16 * 1024;

/**
 * What a registry of this machine answers to a HEAD for a manifest, as its `docker-content-digest`. Loading Node's
 * HTTP client and having it look at a host's name takes longer than all else that a run with nothing changed asks, so
 * this writes the few lines itself. Undefined for every answer but a plain 200 with a digest, and for every failure:
 * then Node's client asks again, by the host's own name.
 * @param patience milliseconds without a byte after which this gives up
 */
export async function askLoopback(
  url: URL,
  headers: Readonly<Record<string, string>>,
  patience: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  signal.throwIfAborted();
  const address = loopbackAddress(url.hostname);
  // The registry's address is written with https, whose port goes without saying.
  if (address === undefined || url.port === '') return undefined;
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const socket = connect({ host: address, port: Number(url.port) });
  let head = '';
  socket
    .setEncoding('latin1')
    .setTimeout(patience, () => resolve(undefined))
    .on('error', () => resolve(undefined))
    .on('close', () => resolve(undefined))
    .on('data', (text: string) => {
      head += text;
      const end = head.indexOf('\r\n\r\n');
      if (end >= 0) resolve(readDigest(head.slice(0, end)));
      else if (head.length > longestHead) resolve(undefined);
    });
  const lines = Object.entries({ ...headers, host: url.host, connection: 'close' });
  const question = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.write(`HEAD ${url.pathname} HTTP/1.1\r\n${question}\r\n`);
  const stop = () => resolve(undefined);
  signal.addEventListener('abort', stop, { once: true });
  try {
    const digest = await promise;
    signal.throwIfAborted();
    return digest;
  } finally {
    signal.removeEventListener('abort', stop);
    socket.destroy();
  }
}

/** RFC 6761: `localhost` is the loopback, whoever is asked. */
function loopbackAddress(hostname: string): string | undefined {
  if (hostname === 'localhost') return '127.0.0.1';
  return /^127(?:\.\d+){3}$/.test(hostname) ? hostname : undefined;
}

function readDigest(head: string): string | undefined {
  const [status = '', ...lines] = head.split('\r\n');
  if (!/^HTTP\/1\.[01] 200(?: |$)/.test(status)) return undefined;
  const digests = lines.flatMap((line) => /^docker-content-digest:[ \t]*(.*?)[ \t]*$/i.exec(line)?.[1] ?? []);
  return digests.length === 1 ? digests[0] : undefined;
}
