import type { StepResult } from '../../domain/runs/runEvent.ts';
import type { StepOutput } from '../../domain/runs/stepOutput.ts';

/** What a step gave in one or two words, for a line in a narrow sidebar; the tooltip has the rest. */
export function shortResult(result: StepResult): string {
  switch (result.outcome) {
    case 'passed':
      return shortOutput(result.output);
    case 'reused':
      return `same as #${result.fromRun}`;
    case 'failed':
      return 'failed';
    case 'held':
      return 'held';
    case 'cancelled':
      return 'cancelled';
  }
}

function shortOutput(output: StepOutput): string {
  switch (output.step) {
    case 'test':
      if (output.command === undefined) return 'none declared';
      return output.counts ? `${output.counts.passed} passed` : 'passed';
    case 'build':
      return output.dirty ? 'uncommitted' : '';
    case 'push':
      return output.digest.slice('sha256:'.length, 'sha256:'.length + 7);
    case 'propose':
      return output.change === 'not-run' ? 'not run there' : output.change;
  }
}

/** Where a step left its service, in words that stand alone: `proposed`, `tests failed`, `push held`. */
export function serviceWords(result: StepResult, step: StepOutput['step']): string {
  switch (result.outcome) {
    case 'passed':
    case 'reused':
      return doneWords(result.output);
    case 'failed':
      return step === 'test' ? 'tests failed' : `${step} failed`;
    case 'held':
      return `${step} held`;
    case 'cancelled':
      return 'cancelled';
  }
}

function doneWords(output: StepOutput): string {
  switch (output.step) {
    case 'test':
      return 'tested';
    case 'build':
      return 'built';
    case 'push':
      return 'pushed';
    case 'propose':
      if (output.change === 'delivered') return 'up to date';
      return output.change === 'not-run' ? 'not run there' : 'proposed';
  }
}

/** What tells one tag from another at a glance: without the time that ours end with, and not longer than fits. */
export function shortTag(tag: string): string {
  const plain = tag.replace(/(-[0-9a-f]{7})-\d{10}\b/, '$1');
  return plain.length > 22 ? `${plain.slice(0, 13)}…${plain.slice(-8)}` : plain;
}
