import type { Failure } from '../errors/towlineError.ts';
import type { KeyChange } from '../keys/keyInputs.ts';
import type { Hold } from './hold.ts';
import type { StepName } from './stepName.ts';
import type { StepOutput } from './stepOutput.ts';

/** What was asked for; enough to ask for it again. */
export interface RunRequest {
  /** Names; all services when empty. */
  readonly services: readonly string[];
  /** Undefined: stop after the push. */
  readonly environment: string | undefined;
  /** Last step to take. */
  readonly until: StepName;
  /** Steps are done again although their inputs are unchanged. */
  readonly anyway: boolean;
}

export type StepResult =
  | {
      readonly outcome: 'passed';
      readonly output: StepOutput;
      readonly key: string;
      readonly why: readonly KeyChange[] | 'first' | 'anyway' | 'result-gone';
    }
  | {
      readonly outcome: 'reused';
      readonly output: StepOutput;
      readonly key: string;
      readonly fromRun: number;
    }
  | {
      readonly outcome: 'failed';
      readonly failure: Failure;
    }
  | { readonly outcome: 'held'; readonly hold: Hold }
  | { readonly outcome: 'cancelled' };

/** Everything that can stand in a journal. `at` is milliseconds since the epoch. */
export type RunEvent =
  | {
      readonly type: 'run-started';
      readonly at: number;
      readonly run: number;
      readonly host: 'cli' | 'editor';
      readonly version: string;
      readonly request: RunRequest;
      /** The run this one goes on from. */
      readonly resumes?: number;
      readonly commit: string | undefined;
      readonly branch: string | undefined;
      readonly dirty: boolean;
      /** Services in dependency order with the steps that each will take. */
      readonly services: readonly { readonly name: string; readonly steps: readonly StepName[] }[];
    }
  | { readonly type: 'notice'; readonly at: number; readonly service?: string; readonly message: string }
  | { readonly type: 'step-started'; readonly at: number; readonly service: string; readonly step: StepName }
  | {
      readonly type: 'substep';
      readonly at: number;
      readonly service: string;
      readonly step: StepName;
      readonly id: string;
      readonly name: string;
      readonly state: 'started' | 'done' | 'cached' | 'failed';
    }
  | {
      readonly type: 'step-finished';
      readonly at: number;
      readonly service: string;
      readonly step: StepName;
      readonly result: StepResult;
      /** Bytes in the step's side log. */
      readonly logSize: number;
    }
  | { readonly type: 'run-finished'; readonly at: number; readonly outcome: RunOutcome };

/** `passed`: everything asked for is done; `held`: nothing failed, but something waits for the user. */
export type RunOutcome = 'passed' | 'held' | 'failed' | 'cancelled';
