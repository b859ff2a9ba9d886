import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Clock } from '../ports/clock.ts';
import type { WatchEvent } from '../ports/clusters.ts';
import type { ListSource } from './readList.ts';

/** Seconds a watch is asked to last: spread, so that watches do not all end together. */
const shortestWatch = 290;
const longestWatch = 600;

// Milliseconds.
/** A watch that ends in good order before this is a sick one. */
const soundWatch = 60_000;
/** A silent watch may be a dead connection: servers send a bookmark a minute. Also finds out after a computer's sleep. */
const longestSilence = 100_000;
const longestOpening = 30_000;
const guardPace = 15_000;

/**
 * One watch. Resolves when the server ended it in good order, when `until` (milliseconds since the epoch) has come, and
 * when it has been silent for suspiciously long: another one may go on from the last version. Throws what the watch
 * throws, and `cluster-unreachable` when it is not answered or ends too soon to be sound.
 */
export async function watchOnce(
  { reads, kind, query, clock }: ListSource & { readonly clock: Clock },
  from: { readonly version: string; readonly until: number },
  onEvent: (event: WatchEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const ending = AbortSignal.any([signal, stop.signal]);
  const began = clock.now();
  let heard = began;
  let opened = false;

  async function guard(): Promise<void> {
    for (;;) {
      await clock.wait(guardPace, ending);
      const silence = clock.now() - heard;
      if (!opened && silence >= longestOpening)
        stop.abort(unreachable(`The watch of ${kind.plural} was not answered.`));
      else if (silence >= longestSilence || clock.now() >= from.until) stop.abort();
    }
  }

  guard().catch(() => undefined);
  try {
    const timeoutSeconds = shortestWatch + Math.floor(clock.random() * (longestWatch - shortestWatch + 1));
    await reads.watch(
      kind,
      query,
      { resourceVersion: from.version, timeoutSeconds },
      (event) => {
        if (ending.aborted) return;
        heard = clock.now();
        opened = true;
        onEvent(event);
      },
      ending,
    );
  } catch (error) {
    if (signal.aborted || !stop.signal.aborted) throw error;
    if (TowlineError.is(stop.signal.reason)) throw stop.signal.reason;
    return;
  } finally {
    stop.abort();
  }
  if (clock.now() - began < soundWatch)
    throw unreachable(`The watch of ${kind.plural} was ended after less than a minute.`);
}

function unreachable(why: string): TowlineError {
  return new TowlineError('cluster-unreachable', { why });
}
