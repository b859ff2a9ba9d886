import type { RunEvent } from '../../domain/runs/runEvent.ts';
import type { RunState } from '../../domain/runs/runState.ts';

/** How a run is shown while it goes on. */
export interface Progress {
  show(event: RunEvent, state: RunState): void;
  /** Takes the live part off the screen for a while, for a question. */
  pause(): void;
  /** Leaves the screen as it should stay. */
  end(): void;
}
