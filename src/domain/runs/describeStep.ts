import type { KeyChange } from '../keys/keyInputs.ts';
import type { StepResult } from './runEvent.ts';
import type { StepOutput } from './stepOutput.ts';

/** What a step gave, in a few words: the same in every host. */
export function describeOutput(output: StepOutput): string {
  switch (output.step) {
    case 'test':
      if (output.command === undefined) return 'no tests declared';
      if (!output.counts) return 'exit code 0';
      return `${output.counts.passed} passed${output.counts.skipped > 0 ? `, ${output.counts.skipped} skipped` : ''}`;
    case 'build':
      return output.tag;
    case 'push':
      return shortDigest(output.digest);
    case 'propose':
      if (output.change === 'not-run') return `${output.environment} does not run it itself`;
      return output.change === 'delivered'
        ? `${output.base} runs this already`
        : `${output.branch} ${output.change === 'same' ? 'unchanged' : output.change}`;
  }
}

export function describeResult(result: StepResult): string {
  switch (result.outcome) {
    case 'passed':
      return describeOutput(result.output);
    case 'reused':
      return `${describeOutput(asFoundAgain(result.output))} (same inputs as run ${result.fromRun})`;
    case 'failed':
      return result.failure.what;
    case 'held':
      // More follows on its line.
      return (result.hold.why.split('\n', 1)[0] ?? '').replace(/\.$/, '');
    case 'cancelled':
      return 'cancelled';
  }
}

/** A branch that an earlier run made is not made again. */
function asFoundAgain(output: StepOutput): StepOutput {
  const made = output.step === 'propose' && (output.change === 'created' || output.change === 'updated');
  return made ? { ...output, change: 'same' } : output;
}

/** Why a step ran instead of being reused. */
export function describeWhy(why: Extract<StepResult, { outcome: 'passed' }>['why']): string {
  if (why === 'first') return 'first time';
  if (why === 'anyway') return 'asked to run anyway';
  if (why === 'result-gone') return 'the earlier result is gone';
  const [first, ...others] = [...why].sort((a, b) => Number(isFile(b)) - Number(isFile(a)));
  if (!first) return 'an earlier result was not kept';
  return `${describeChange(first)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
}

/** People know their files; what follows from them (a state, a digest) explains less. */
function isFile({ input }: KeyChange): boolean {
  return input.startsWith('file ');
}

function describeChange({ input, change }: KeyChange): string {
  return `${input.replace(/^file /, '')} ${change}`;
}

/** `sha256:` and twelve digits, as Docker shows them. */
export function shortDigest(digest: string): string {
  return digest.slice(0, 'sha256:'.length + 12);
}
