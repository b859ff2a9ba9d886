import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { DockerClient } from './dockerClient.ts';
import { EngineRefusal } from './engineError.ts';

/** Most of a program's output that is kept. Bytes. */
const outputLimit = 1024 * 1024;

export async function connectNetwork(
  client: DockerClient,
  id: string,
  network: string,
  signal: AbortSignal,
): Promise<void> {
  const api = client.api(signal);
  try {
    await api.getNetwork(network).connect({ Container: id });
  } catch (error) {
    // The engine says that it is there already with a status that says anything.
    if (!(error instanceof EngineRefusal)) throw error;
    const { NetworkSettings: settings } = await api.getContainer(id).inspect();
    if (!(network in (settings.Networks ?? {}))) throw error;
  }
}

/** As an archive: no program of the container is needed. */
export async function writeContainerFile(
  client: DockerClient,
  id: string,
  path: string,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  // A bundled CommonJS package has its default export alone.
  const {
    default: { pack },
  } = await import('tar-stream');
  const archive = pack();
  const parts = path.split('/').filter((part) => part !== '');
  for (const depth of parts.keys())
    if (depth > 0)
      archive.entry({ name: `${parts.slice(0, depth).join('/')}/`, type: 'directory', mode: 0o755 });
  archive.entry({ name: posix.join(...parts), mode: 0o644 }, text);
  archive.finalize();
  const chunks: Uint8Array[] = [];
  for await (const chunk of archive as AsyncIterable<Uint8Array>) chunks.push(chunk);
  await client.api(signal).getContainer(id).putArchive(Buffer.concat(chunks), { path: '/' });
}

export async function runInContainer(
  client: DockerClient,
  id: string,
  command: readonly [string, ...string[]],
  signal: AbortSignal,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  const api = client.api(signal);
  const exec = await api.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
  const output = await readOutput((await exec.start({ Detach: false })) as Readable);
  const { ExitCode: exitCode } = await exec.inspect();
  // An engine that could not start it has no code, and said why.
  return { exitCode: exitCode ?? 127, output };
}

/** Both outputs in the order in which they came; each piece has a head of eight bytes, its length in the last four. */
async function readOutput(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (size < outputLimit) chunks.push(chunk);
    size += chunk.length;
  }
  const all = Buffer.concat(chunks);
  const pieces: Buffer[] = [];
  for (let at = 0; at + 8 <= all.length; ) {
    const length = all.readUInt32BE(at + 4);
    pieces.push(all.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return Buffer.concat(pieces).toString('utf8');
}
