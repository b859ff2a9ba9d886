import { setTimeout as pause } from 'node:timers/promises';

export interface SteadyClient {
  readonly sent: number;
  /** How often each answer came. */
  readonly answers: ReadonlyMap<string, number>;
  /** Everything that was no answer with status 200. */
  readonly lost: readonly string[];
  /** Resolves when the last answer has come. */
  stop(): Promise<void>;
}

/** Milliseconds between two requests of one sender, and how long one waits for its answer. */
const pace = 25;
const patience = 10_000;

/**
 * Asks one address on the loopback again and again, with connections that are kept as real clients keep them, at most so
 * many times.
 */
export function startSteadyClient(
  url: string,
  { senders, most }: { senders: number; most: number },
): SteadyClient {
  const answers = new Map<string, number>();
  const lost: string[] = [];
  let sent = 0;
  let stopped = false;

  async function send(): Promise<void> {
    while (!stopped && sent < most) {
      sent += 1;
      const number = sent;
      try {
        const response = await fetch(url, { signal: AbortSignal.timeout(patience) });
        const text = await response.text();
        if (response.status === 200) answers.set(text, (answers.get(text) ?? 0) + 1);
        else lost.push(`request ${number}: ${response.status}`);
      } catch (error) {
        const cause = error instanceof Error ? (error.cause ?? error) : error;
        lost.push(`request ${number}: ${String(cause)}`);
      }
      await pause(pace);
    }
  }

  const all = Array.from({ length: senders }, send);
  return {
    get sent() {
      return sent;
    },
    answers,
    lost,
    async stop() {
      stopped = true;
      await Promise.all(all);
    },
  };
}
