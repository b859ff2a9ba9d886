import type { RunEvent, RunOutcome } from '../../src/domain/runs/runEvent.ts';

/** The first record of a run of one service that is tested and built. */
export function runStarted(run: number): RunEvent {
  return {
    type: 'run-started',
    at: 1,
    run,
    host: 'cli',
    version: '1.0.0',
    request: { services: [], environment: 'dev', until: 'build', anyway: false },
    commit: 'c0ffee',
    branch: 'main',
    dirty: false,
    services: [{ name: 'api', steps: ['test', 'build'] }],
  };
}

export function notice(message: string): RunEvent {
  return { type: 'notice', at: 2, message };
}

export function runFinished(outcome: RunOutcome = 'passed'): RunEvent {
  return { type: 'run-finished', at: 9, outcome };
}
