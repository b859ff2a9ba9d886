import { createBackoff } from '../../base/backoff.ts';
import { failureOf } from '../../domain/errors/towlineError.ts';
import type { AgentEvent } from '../../domain/localAgent/agentEvent.ts';
import { lookPace } from '../../domain/localAgent/lookPace.ts';
import type { Ports } from '../ports/ports.ts';
import type { ManifestSource } from '../proposals/manifestSource.ts';

// Milliseconds.
const retryPolicy = { first: 5_000, most: 300_000, factor: 2, resetAfter: 900_000 };
/** A look that finds nothing new is told this often. */
const toldEvery = 30_000;

/**
 * Looks at a branch again and again, by asking its remote for its tip: every second on this machine, every half a minute
 * or so over the network. Only ends with the signal; what goes wrong is told and tried again.
 */
export async function followTips(
  { clock }: Pick<Ports, 'clock'>,
  first: ManifestSource,
  {
    look,
    onNew,
    tell,
  }: {
    look(signal: AbortSignal): Promise<ManifestSource>;
    onNew(source: ManifestSource): void;
    tell(event: AgentEvent): void;
  },
  signal: AbortSignal,
): Promise<void> {
  const backoff = createBackoff(retryPolicy, clock.now, clock.random);
  let seen = first;
  let told = clock.now();
  let wait = lookPace(first.remote?.url, clock.random());
  for (;;) {
    await clock.wait(wait, signal);
    try {
      const found = await look(signal);
      backoff.reset();
      const isNew = found.baseCommit !== seen.baseCommit;
      seen = found;
      if (isNew || clock.now() - told >= toldEvery) {
        told = clock.now();
        tell({ type: 'looked', at: told, commit: found.baseCommit });
      }
      if (isNew) onNew(found);
      wait = lookPace(found.remote?.url, clock.random());
    } catch (error) {
      signal.throwIfAborted();
      wait = backoff.next();
      // The next success is told at once.
      told = Number.NEGATIVE_INFINITY;
      const at = clock.now();
      tell({ type: 'failed', at, commit: undefined, failure: failureOf(error), retryAt: at + wait });
    }
  }
}
