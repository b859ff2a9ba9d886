import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { BuildOutput, PushOutput, StepOutput, TestOutput } from '../../domain/runs/stepOutput.ts';
import type { RepoPath, Service } from '../../domain/workspace/service.ts';
import type { Look } from '../keys/look.ts';
import type { WantedImage } from '../proposals/proposals.ts';
import type { RunScope } from '../runs/runScope.ts';
import type { Untimed } from './untimed.ts';

/** How a step tells what it is doing. Nothing of it is part of the result. */
export interface StepReport {
  /** The step's own words and its programs' output; goes to the side log. */
  output(text: string): void;
  substep(id: string, name: string, state: 'started' | 'done' | 'cached' | 'failed'): void;
  /** Something the user should read whatever the outcome. */
  notice(message: string): void;
  /** The step waits for another program: what later steps need can be prepared meanwhile. */
  waiting(): void;
}

/** What this service's earlier steps gave. */
export interface Earlier {
  readonly test?: TestOutput;
  /** Inputs of the tests that let this service through. */
  readonly testInputs?: KnownInputs;
  readonly build?: BuildOutput;
  readonly push?: PushOutput;
}

export interface StepContext {
  readonly scope: RunScope;
  readonly service: Service;
  readonly earlier: Earlier;
  /** Images that are proposed together with this one, when the environment groups them; else empty. */
  readonly group: readonly WantedImage[];
  /** Images this service is built on, by service name. */
  readonly upstream: ReadonlyMap<string, BuildOutput>;
  readonly report: StepReport;
  readonly signal: AbortSignal;
}

/** The part of the working tree that a step depends on. */
export interface StepFiles {
  /** All that decides which files they are, beside the working tree itself. */
  selection(context: StepContext): string;
  read(context: StepContext, look: Look): Promise<FoundFiles>;
}

export interface FoundFiles {
  /** Named as `isOfWorkingTree` has it. */
  readonly inputs: KeyInputs;
  /** As `SeenFiles` has it. */
  readonly asked: readonly RepoPath[] | undefined;
}

/** Inputs under their key; reading them may take a look at every file. */
export interface KnownInputs {
  readonly key: string;
  read(): Promise<KeyInputs>;
}

/**
 * One kind of work of a run. To add a step: name it in domain/runs/stepName.ts, write it beside this file and
 * list it in steps.ts. Steps throw TowlineError, or the signal's reason when cancelled.
 */
export interface Step<Output extends StepOutput = StepOutput> {
  readonly name: StepName;
  /** A step whose files must still be the same when this one ends. */
  readonly gate?: Step;
  /** Seconds the step may take. */
  timeLimit(context: StepContext): number | undefined;
  /** What the result depends on beside `files`, or why the step cannot start now. */
  inputs(context: StepContext, look: Look): Promise<KeyInputs | Hold>;
  /** What of the working tree the result depends on; nothing where absent. */
  readonly files?: StepFiles;
  /** Whether an earlier result still exists where it was put. */
  verify(context: StepContext, output: Output): Promise<boolean>;
  /**
   * Does the work; may find a hold that only the work can tell. Leaves nothing half-made when it throws.
   * `key` is the content key of the inputs.
   */
  run(context: StepContext, key: string, untimed: Untimed): Promise<Output | Hold>;
  /** Takes back what `run` made, because its inputs changed meanwhile. */
  undo?(context: StepContext, output: Output): Promise<void>;
}

export function isHold(value: object): value is Hold {
  return 'ways' in value && 'why' in value;
}
