import { randomUUID } from 'node:crypto';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { BuildProgress, ImageBuild } from '../../engine/ports/containerEngine.ts';
import { buildFailure } from './buildFailure.ts';
import { type BuildRecord, createBuildRecord } from './buildRecord.ts';
import { readBuildTrace } from './buildTrace.ts';
import { openAnswer } from './dialEngine.ts';
import type { DockerClient } from './dockerClient.ts';
import { isRecord } from './dockerConfig.ts';
import { EngineRefusal } from './engineError.ts';
import type { PackedContext } from './packContext.ts';
import { type EngineMessage, messageError, readMessages } from './readMessages.ts';

/** How the context and the Dockerfile reach the engine. */
export interface BuildSource {
  readonly query: Readonly<Record<string, string>>;
  readonly upload?: PackedContext;
  /** Why the source broke off, when it did. */
  failure(): unknown;
  /** Lets go of whatever feeds the engine. */
  close(): void;
}

/** How long a cancelled build may take to wind down on the engine before its connection is cut, milliseconds. */
const windDown = 10_000;

function queryOf(build: ImageBuild, source: BuildSource, id: string) {
  return {
    buildid: id,
    rm: true,
    forcerm: true,
    t: build.tags,
    target: build.target,
    platform: build.platform,
    buildargs: build.args,
    labels: build.labels,
    ...source.query,
  };
}

/** The image's id, once a message tells it. */
function imageIdIn(message: EngineMessage): string | undefined {
  const { aux, stream } = message;
  if (isRecord(aux) && typeof aux.ID === 'string') return aux.ID;
  return typeof stream === 'string' ? /^Successfully built ([0-9a-f]{12,64})/.exec(stream)?.[1] : undefined;
}

/** Asks the engine to stop; the stream of an obeyed build ends by itself soon after. */
async function cancelBuild(client: DockerClient, id: string): Promise<void> {
  try {
    const api = client.api(AbortSignal.timeout(windDown));
    const answer = await openAnswer(api, { method: 'POST', path: '/build/cancel', query: { id } });
    answer.resume();
  } catch {
    // Podman has no such call, and an engine that is gone builds nothing: cutting the connection is what is left.
    throw new Error('not cancelled');
  }
}

/**
 * Follows an abort by asking the engine to stop and cutting the connection only when it does not end by
 * itself, so that whoever waits on the build knows that nothing of it runs any more.
 */
function followAbort(client: DockerClient, id: string, signal: AbortSignal) {
  const connection = new AbortController();
  let cut: NodeJS.Timeout | undefined;
  const onAbort = () => {
    cut = setTimeout(() => connection.abort(signal.reason), windDown);
    cancelBuild(client, id).catch(() => connection.abort(signal.reason));
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: connection.signal,
    stop() {
      signal.removeEventListener('abort', onAbort);
      clearTimeout(cut);
    },
  };
}

async function followBuild(
  messages: AsyncIterable<EngineMessage>,
  record: BuildRecord,
): Promise<{ readonly id?: string; readonly error?: string }> {
  const { default: protobuf } = await import('protobufjs/minimal.js');
  let id: string | undefined;
  for await (const message of messages) {
    const error = messageError(message);
    if (error !== undefined) return { error };
    if (message.id === 'moby.buildkit.trace' && typeof message.aux === 'string') {
      record.take(readBuildTrace(message.aux, (bytes) => protobuf.Reader.create(bytes)));
    } else if (typeof message.stream === 'string') record.print(message.stream);
    else if (typeof message.status === 'string') record.print(`${message.status}\n`);
    id = imageIdIn(message) ?? id;
  }
  return id === undefined ? {} : { id };
}

/** Builds through the engine's API. */
export async function buildOnEngine(
  client: DockerClient,
  build: ImageBuild,
  source: BuildSource,
  onProgress: (progress: BuildProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
  const record = createBuildRecord(onProgress);
  const id = randomUUID();
  const following = followAbort(client, id, signal);
  const fail = (message: string) =>
    buildFailure({
      message,
      dockerfile: build.dockerfile,
      failed: record.failed(),
      lastLines: record.lastLines(),
    });
  try {
    signal.throwIfAborted();
    // dockerode's own `buildImage` always adds a session of its own to BuildKit, which serves no folders and no
    // secrets, and one credential to whichever host asks.
    const answer = await openAnswer(client.api(following.signal), {
      method: 'POST',
      path: '/build',
      query: queryOf(build, source, id),
      headers: { 'Content-Type': 'application/x-tar' },
      ...(source.upload ? { upload: source.upload.archive } : {}),
    });
    const result = await followBuild(readMessages(answer, client, following.signal), record);
    signal.throwIfAborted();
    if (source.failure() !== undefined) throw source.failure();
    if (result.error !== undefined) throw fail(result.error);
    return { id: await findBuilt(client, build, result.id, signal) };
  } catch (error) {
    signal.throwIfAborted();
    if (source.failure() !== undefined) throw source.failure();
    if (error instanceof EngineRefusal) throw fail(error.reason);
    throw error;
  } finally {
    following.stop();
    source.close();
  }
}

/** The whole id: engines without BuildKit tell the first digits of it, or nothing at all. */
async function findBuilt(
  client: DockerClient,
  build: ImageBuild,
  told: string | undefined,
  signal: AbortSignal,
): Promise<string> {
  if (told?.startsWith('sha256:')) return told;
  const image = told ?? build.tags[0];
  if (image !== undefined) {
    const { Id: id } = await client.api(signal).getImage(image).inspect();
    // Podman leaves the algorithm away.
    return id.includes(':') ? id : `sha256:${id}`;
  }
  throw new TowlineError('build-failed', {
    why: 'the engine ended without an error and without naming an image',
  });
}
