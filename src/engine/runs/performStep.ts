import type { Rest } from '../../base/slots.ts';
import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { changedInputs, isOfWorkingTree, type KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { StepResult } from '../../domain/runs/runEvent.ts';
import type { StepOutput } from '../../domain/runs/stepOutput.ts';
import { contentKey } from '../keys/contentKey.ts';
import { isHold, type KnownInputs, type Step, type StepContext } from '../steps/step.ts';
import { knownAs, knownInputs, readInputs } from '../steps/stepInputs.ts';
import type { Untimed } from '../steps/untimed.ts';

export interface Performed {
  readonly result: StepResult;
  /** What the result depends on; undefined when there is none. */
  readonly inputs: KnownInputs | undefined;
}

/**
 * One step of one service: reuse what the same inputs gave before and still exists, else do the work and keep
 * its result. Every outcome but a cancelled run comes back as a value.
 */
export async function performStep(
  step: Step,
  context: StepContext,
  started: () => Promise<void>,
  rest: Rest,
): Promise<Performed> {
  try {
    return await takeStep(step, context, started, rest);
  } catch (error) {
    if (context.signal.aborted) return without({ outcome: 'cancelled' });
    return without({ outcome: 'failed', failure: failureOf(error) });
  }
}

async function takeStep(
  step: Step,
  context: StepContext,
  started: () => Promise<void>,
  rest: Rest,
): Promise<Performed> {
  const { scope, service } = context;
  const known = await knownInputs(step, context);
  if (isHold(known)) return without({ outcome: 'held', hold: known });

  const stored = scope.request.anyway ? undefined : scope.results.find(step.name, service.name, known.key);
  if (stored && (await step.verify(context, stored.output))) {
    await scope.results.reuse(step.name, stored, known.read);
    return {
      result: { outcome: 'reused', output: stored.output, key: known.key, fromRun: stored.run },
      inputs: known,
    };
  }
  // The run may have looked long ago, for another step: what changed since did not change during the work.
  const inputs = await readInputs(step, context, 'fresh');
  if (isHold(inputs)) return without({ outcome: 'held', hold: inputs });
  const key = contentKey(inputs);
  const why = stored ? 'result-gone' : await reasonToRun(step, context, () => Promise.resolve(inputs));
  const tested = step.gate && (await testedInputs(context));

  await started();
  const output = await withinTimeLimit(step, context, rest, (limited, untimed) =>
    step.run(limited, key, untimed),
  );
  if (isHold(output)) return without({ outcome: 'held', hold: output });

  const settled = await sameInputs(step, context, { inputs, tested }, output);
  const settledKey = contentKey(settled);
  const result = { version: 2, key: settledKey, service: service.name, run: scope.run, output } as const;
  await scope.results.store(step.name, result, settled);
  return { result: { outcome: 'passed', output, key: settledKey, why }, inputs: knownAs(settled) };
}

/** Why the inputs have no result to reuse. */
export async function reasonToRun(
  step: Step,
  { scope, service }: StepContext,
  read: () => Promise<KeyInputs>,
): Promise<Extract<StepResult, { outcome: 'passed' }>['why']> {
  if (scope.request.anyway) return 'anyway';
  const latest = scope.results.latest(step.name, service.name);
  if (!latest) return 'first';
  const before = scope.results.inputsOf(step.name, latest);
  return before ? changedInputs(before, await read()) : [];
}

/** What was tested, file by file. Throws `inputs-changed` where that is no longer what is there. */
async function testedInputs({
  earlier: { testInputs },
  service,
}: StepContext): Promise<KeyInputs | undefined> {
  const inputs = await testInputs?.read();
  if (inputs && contentKey(inputs) !== testInputs?.key)
    throw new TowlineError('inputs-changed', {
      why: `Files of ${service.name} changed after its tests were known to pass.`,
    });
  return inputs;
}

/**
 * The inputs once more after the work. Files must be what they were when the key was taken: a result of other
 * content would stand for this one for ever. What only the work could tell (a base image it pulled) may differ.
 * The same holds for what the gate let through: what was tested is what was built.
 */
async function sameInputs(
  step: Step,
  context: StepContext,
  { inputs: before, tested }: { readonly inputs: KeyInputs; readonly tested: KeyInputs | undefined },
  output: StepOutput,
): Promise<KeyInputs> {
  const after = await readInputs(step, context, 'fresh');
  const gated = step.gate && tested ? await readInputs(step.gate, context, 'fresh') : undefined;
  const changed = [...changedFiles(before, after), ...(gated && tested ? changedFiles(tested, gated) : [])];
  const [first, ...others] = changed;
  if (first === undefined) return isHold(after) ? before : after;
  await step.undo?.(context, output);
  throw new TowlineError('inputs-changed', {
    why: `${first}${others.length > 0 ? ` and ${others.length} more` : ''} changed while ${context.service.name} was at its ${step.name} step.`,
  });
}

function changedFiles(before: KeyInputs, after: KeyInputs | Hold): readonly string[] {
  if (isHold(after)) return [];
  return changedInputs(before, after)
    .filter(({ input }) => isOfWorkingTree(input))
    .map(({ input }) => input.replace(/^\w+ /, ''));
}

function without(result: StepResult): Performed {
  return { result, inputs: undefined };
}

async function withinTimeLimit<T>(
  step: Step,
  context: StepContext,
  rest: Rest,
  work: (context: StepContext, untimed: Untimed) => Promise<T>,
): Promise<T> {
  const seconds = step.timeLimit(context);
  if (seconds === undefined) return work(context, (ask) => rest(() => ask(context.signal)));
  const limit = new AbortController();
  let clock: AbortSignal | undefined;
  const startClock = (): void => {
    const started = AbortSignal.timeout(seconds * 1000);
    clock = started;
    started.addEventListener('abort', () => {
      if (clock === started) limit.abort(started.reason);
    });
  };
  const untimed: Untimed = async (ask) => {
    clock = undefined;
    try {
      return await rest(() => ask(context.signal));
    } finally {
      startClock();
    }
  };
  startClock();
  try {
    return await work({ ...context, signal: AbortSignal.any([context.signal, limit.signal]) }, untimed);
  } catch (error) {
    if (!limit.signal.aborted || context.signal.aborted) throw error;
    throw new TowlineError('timed-out', {
      why: `The ${step.name} step of ${context.service.name} took longer than ${seconds} s and was ended.`,
    });
  } finally {
    clock = undefined;
  }
}
