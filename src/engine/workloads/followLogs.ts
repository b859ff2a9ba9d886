import { createBackoff } from '../../base/backoff.ts';
import { present } from '../../base/present.ts';
import { createTextQueue, type TextQueue } from '../../base/textQueue.ts';
import { untilAborted } from '../../base/untilAborted.ts';
import { createWake, type Wake } from '../../base/wake.ts';
import { type Failure, failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { statusOf } from '../../domain/kubernetes/objectFields.ts';
import { readConditions } from '../../domain/workloads/readIdentity.ts';
import type { Pod, PodContainer } from '../../domain/workloads/workload.ts';
import type { Clock } from '../ports/clock.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import { type FollowedPods, followPods } from './followPods.ts';
import { createLogLines, type LogLines } from './logLines.ts';
import { placeWords } from './objectPlace.ts';
import type { PodSource } from './podSource.ts';

/** Which lines, and how they look. */
export interface LogOptions {
  /** All of them when absent. */
  readonly container?: string;
  /** Goes on with what is written later, with pods that replace others and containers that start again. */
  readonly follow: boolean;
  /** What the container before the present one wrote; not with `follow`. */
  readonly previous?: boolean;
  /** Only what was written since then, milliseconds since the epoch. */
  readonly since?: number;
  /** Last lines of each container that is there at the start. */
  readonly tailLines?: number;
  /** Each line begins with when it was written. */
  readonly timestamps?: boolean;
}

interface Connection {
  readonly reads: ClusterReads;
  readonly clock: Clock;
}

/** One container from its start to its end; when it is started again there is another. */
interface Life {
  readonly pod: Pod;
  readonly container: PodContainer;
}

/** `replaced`: its pod is gone, or it was started again. */
type LifeState = 'running' | 'ended' | 'replaced';

/** Characters that wait for the reader before nothing more is taken from the cluster. */
const held = 1_048_576;
/** Containers that are read at the same time, each over a connection of its own. */
const mostFollowed = 50;
/** Milliseconds. */
const backoffPolicy = { first: 1_000, most: 30_000, factor: 2, resetAfter: 120_000 };

/**
 * Logs as whole lines, many at a time. A line says whose it is where there may be several. Without `follow` it ends
 * with what is there, one container after the other; with it when the source and all its pods are gone or have ended.
 */
export async function* followLogs(
  connection: Connection,
  source: PodSource,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const queue = createTextQueue(held);
  // Whoever has given up does not wait for what is on its way.
  stop.addEventListener('abort', () => queue.end({ error: stop.reason }), { once: true });
  const work = produce(connection, source, options, queue, stop).then(
    () => queue.end(),
    (error: unknown) => queue.end({ error }),
  );
  try {
    yield* queue.read();
  } finally {
    ending.abort();
    await work;
  }
}

async function produce(
  connection: Connection,
  source: PodSource,
  options: LogOptions,
  queue: TextQueue,
  signal: AbortSignal,
): Promise<void> {
  const ending = new AbortController();
  const stop = AbortSignal.any([signal, ending.signal]);
  const wake = createWake();
  let followed: FollowedPods | undefined;
  try {
    followed = await followPods(connection, source, wake.call, stop);
    requireContainer(followed.pods, source, options);
    if (options.follow) await followLives({ ...connection, source, followed, options, queue }, wake, stop);
    else await readOnce({ ...connection, source, followed, options, queue }, stop);
  } finally {
    ending.abort();
    await followed?.ended;
  }
}

interface Reading extends Connection {
  readonly source: PodSource;
  readonly followed: FollowedPods;
  readonly options: LogOptions;
  readonly queue: TextQueue;
}

async function readOnce(
  { reads, source, followed, options, queue }: Reading,
  signal: AbortSignal,
): Promise<void> {
  for (const life of followed.pods.flatMap((pod) => livesOf(pod, options))) {
    if (options.previous ? !life.container.last : !hasStarted(life.container)) continue;
    const lines = createLogLines(prefixOf(source, life, options), options.timestamps === true);
    await readLife(reads, life, options, lines, queue, signal);
  }
}

async function followLives(
  { reads, clock, source, followed, options, queue }: Reading,
  wake: Wake,
  signal: AbortSignal,
): Promise<void> {
  /** Restarts that were read of a container, by `<pod uid>/<container>`. */
  const read = new Map<string, number>();
  const reading = new Map<
    string,
    { readonly life: Life; readonly over: Wake; readonly done: Promise<void> }
  >();
  const errors: unknown[] = [];
  let which: LogOptions = options;
  let comesBack = false;
  let toldLimit = false;

  function stateOf({ pod, container }: Life): LifeState {
    const now = followed.pods
      .find(({ uid }) => uid === pod.uid)
      ?.containers.find(({ name }) => name === container.name);
    if (now?.restarts !== container.restarts) return 'replaced';
    return now.state.kind === 'running' ? 'running' : 'ended';
  }

  function start(name: string, life: Life): void {
    read.set(name, life.container.restarts);
    const lines = createLogLines(prefixOf(source, life, options), options.timestamps === true);
    const over = createWake();
    const how = { which, state: () => stateOf(life), over, lines, queue };
    const done = followLife({ reads, clock }, life, how, signal)
      .catch((error: unknown) => {
        errors.push(error);
      })
      .finally(() => {
        reading.delete(name);
        wake.call();
      });
    reading.set(name, { life, over, done });
  }

  try {
    for (;;) {
      if (errors.length > 0) throw errors[0];
      for (const { life, over } of reading.values()) if (stateOf(life) !== 'running') over.call();
      const lives = followed.pods.flatMap((pod) => livesOf(pod, options));
      for (const life of lives) {
        const name = `${life.pod.uid}/${life.container.name}`;
        const isNew = (read.get(name) ?? -1) < life.container.restarts;
        if (!isNew || reading.has(name) || !hasStarted(life.container)) continue;
        if (reading.size < mostFollowed) start(name, life);
        else if (!toldLimit) {
          toldLimit = true;
          await queue.write(
            `-- ${mostFollowed} containers are followed; others wait until some have ended --\n`,
          );
        }
      }
      // What begins from here on is read from its beginning.
      which = { follow: true };
      comesBack ||= followed.pods.some(({ owner }) => owner?.kind === 'StatefulSet');
      if (reading.size === 0 && isOver(source, followed, comesBack)) return;
      await untilAborted(wake.next(), signal);
    }
  } finally {
    await Promise.all([...reading.values()].map(({ done }) => done));
  }
}

/** A container that waits to start again still has the log of the time before. */
function hasStarted({ state, last }: PodContainer): boolean {
  return state.kind !== 'waiting' || last !== undefined;
}

/** A container's output until it has ended, through every cut. Throws where the user may not read it. */
async function followLife(
  { reads, clock }: Connection,
  life: Life,
  how: {
    readonly which: LogOptions;
    state(): LifeState;
    /** Called when it does not run any more. */
    readonly over: Wake;
    readonly lines: LogLines;
    readonly queue: TextQueue;
  },
  signal: AbortSignal,
): Promise<void> {
  const { which, state, over, lines, queue } = how;
  const backoff = createBackoff(
    backoffPolicy,
    () => clock.now(),
    () => clock.random(),
  );
  let told = '';
  for (;;) {
    const failure = await tryToRead(readLife(reads, life, which, lines, queue, signal), signal);
    if (isRead(state(), failure)) return;
    if (failure && failure.why !== told) {
      told = failure.why;
      const place = `${life.pod.name}/${life.container.name}`;
      await queue.write(`-- ${place}: ${failure.what}: ${failure.why}; it is tried again --\n`);
    }
    // It has ended and its pod does not say so yet, or the connection was cut: lines that come twice are left out.
    const resting = new AbortController();
    const rest = clock.wait(backoff.next(), AbortSignal.any([signal, resting.signal]));
    await Promise.race([rest, ...(state() === 'running' ? [over.next()] : [])]).finally(() =>
      resting.abort(),
    );
    if (isRead(state(), failure)) return;
  }
}

/** The log of one that was replaced went with it, and by its name there is another: what it wrote last may be lost. */
function isRead(state: LifeState, failure: Failure | undefined): boolean {
  return state === 'replaced' || (state === 'ended' && (!failure || failure.code === 'object-missing'));
}

/** What went wrong and may pass; throws what does not. */
async function tryToRead(reading: Promise<void>, signal: AbortSignal): Promise<Failure | undefined> {
  try {
    await reading;
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    if (TowlineError.is(error, 'cluster-forbidden', 'cluster-unauthorized')) throw error;
    return failureOf(error);
  }
}

async function readLife(
  reads: ClusterReads,
  { pod, container }: Life,
  { follow, previous, since, tailLines }: LogOptions,
  lines: LogLines,
  queue: TextQueue,
  signal: AbortSignal,
): Promise<void> {
  lines.again();
  const { position } = lines;
  const begin = since === undefined ? undefined : new Date(since).toISOString();
  await reads.readLogs(
    { namespace: pod.namespace, pod: pod.name, container: container.name },
    {
      follow,
      timestamps: true,
      ...present({
        previous,
        since: position?.time ?? begin,
        tailLines: position ? undefined : tailLines,
      }),
    },
    (text) => queue.write(lines.push(text)),
    signal,
  );
  await queue.write(lines.rest());
}

function livesOf(pod: Pod, { container: wanted }: LogOptions): readonly Life[] {
  return pod.containers
    .filter(({ name }) => wanted === undefined || name === wanted)
    .map((container) => ({ pod, container }));
}

function prefixOf({ kind }: PodSource, { pod, container }: Life, { container: wanted }: LogOptions): string {
  const names = [
    ...(kind === 'Pod' ? [] : [pod.name]),
    ...(wanted !== undefined || pod.containers.length === 1 ? [] : [container.name]),
  ];
  return names.length === 0 ? '' : `[${names.join('/')}] `;
}

function requireContainer(pods: readonly Pod[], source: PodSource, { container }: LogOptions): void {
  if (container === undefined || pods.length === 0) return;
  const names = new Set(pods.flatMap(({ containers }) => containers.map(({ name }) => name)));
  if (names.has(container)) return;
  throw new TowlineError('object-missing', {
    why: `${placeWords(source)} has no container ${container}; it has ${[...names].join(', ')}.`,
  });
}

/** Nothing will be written any more. A pod of a StatefulSet is followed by another of its name. */
function isOver({ kind }: PodSource, { pods, object }: FollowedPods, comesBack: boolean): boolean {
  const haveEnded = pods.every(({ phase }) => phase === 'Succeeded' || phase === 'Failed');
  if (kind === 'Pod') return haveEnded && !comesBack;
  if (!object) return pods.length === 0;
  if (kind !== 'Job') return false;
  const isFinished = readConditions(statusOf(object).conditions).some(
    ({ type, status }) => (type === 'Complete' || type === 'Failed') && status === 'True',
  );
  return isFinished && haveEnded;
}
