import { failureOf } from '../../domain/errors/towlineError.ts';
import { type PlannedService, planRun } from '../../domain/plan/planRun.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { RunRequest, StepResult } from '../../domain/runs/runEvent.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { BuildOutput, ProposeOutput, StepOutput } from '../../domain/runs/stepOutput.ts';
import type { HostFacts } from '../ports/ports.ts';
import { foreseeProposal } from '../steps/proposeStep.ts';
import { type Earlier, isHold, type StepContext, type StepReport } from '../steps/step.ts';
import { knownInputs } from '../steps/stepInputs.ts';
import { steps } from '../steps/steps.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { checkRequest } from './checkRequest.ts';
import { createRunScope, type RunParts } from './createRunScope.ts';
import { dirtyServices } from './dirtyServices.ts';
import { reasonToRun } from './performStep.ts';
import type { RunScope } from './runScope.ts';

/** What a run would do with a step, as far as can be told without doing anything. */
export type Expectation =
  | { readonly expect: 'reuse'; readonly fromRun: number }
  | { readonly expect: 'run'; readonly why: Extract<StepResult, { outcome: 'passed' }>['why'] }
  | { readonly expect: 'hold'; readonly hold: Hold }
  /**
   * What becomes of the proposal's branch, as the remote says; not `certain` where the image is still to be built or
   * pushed and may turn out to be the one that is proposed or runs already.
   */
  | {
      readonly expect: 'propose';
      readonly change: ProposeOutput['change'];
      readonly branch: string;
      readonly base: string;
      readonly certain: boolean;
    }
  /** It depends on what an earlier step gives, or on what only the registry can say. */
  | { readonly expect: 'depends' }
  /** Whoever would know does not answer. */
  | { readonly expect: 'unknown'; readonly why: string };

export interface ForecastStep {
  readonly step: StepName;
  readonly expectation: Expectation;
}

export interface ForecastService {
  readonly service: string;
  readonly steps: readonly ForecastStep[];
}

const silent: StepReport = { output() {}, substep() {}, notice() {}, waiting() {} };

/** Milliseconds that a remote has to tell its branches. */
const remoteLimit = 10_000;

/**
 * Plans a run and looks up every result that its inputs have, without running or building; of all remotes only the one
 * of the proposals is asked, once, for its branches. Whether results still exist is only checked by the run itself.
 */
export async function forecastRun(
  ports: RunParts,
  facts: HostFacts,
  opened: OpenWorkspace,
  request: RunRequest,
  signal: AbortSignal,
): Promise<readonly ForecastService[]> {
  checkRequest(opened, request);
  const dirty = dirtyServices(opened, ports.files);
  const plan = planRun(opened.workspace, request, {
    committed: opened.state.head !== undefined,
    dirtyServices: dirty,
  });
  const scope = await createRunScope(ports, facts, opened, plan, dirty, request, 0, signal);
  const built = new Map<string, BuildOutput>();
  const forecast: ForecastService[] = [];
  for (const planned of plan) forecast.push(await forecastService(planned, scope, built, signal));
  await Promise.all([scope.fingerprints.save(), scope.tools.save(), scope.baseImages.save()]);
  await scope.keptFiles.save(signal, 'sparing');
  return forecast;
}

async function forecastService(
  { service, steps: plannedSteps }: PlannedService,
  scope: RunScope,
  built: Map<string, BuildOutput>,
  signal: AbortSignal,
): Promise<ForecastService> {
  let earlier: Earlier = {};
  let certain = true;
  let stopped = false;
  const forecast: ForecastStep[] = [];
  for (const { step, hold } of plannedSteps) {
    const upstreamKnown = step !== 'build' || service.dependsOn.every((name) => built.has(name));
    const { expectation, output }: Expected = hold
      ? { expectation: { expect: 'hold', hold } }
      : step === 'propose' && !stopped
        ? await expectProposal({
            scope,
            service,
            earlier,
            upstream: built,
            group: [],
            report: silent,
            signal,
          })
        : step !== 'propose' && (step === 'build' ? upstreamKnown : certain)
          ? await expect(step, {
              scope,
              service,
              earlier,
              upstream: built,
              group: [],
              report: silent,
              signal,
            })
          : { expectation: { expect: 'depends' } };
    forecast.push({ step, expectation });
    if (output) {
      earlier = { ...earlier, [output.step]: output };
      if (output.step === 'build') built.set(service.name, output);
    } else if (step !== 'test') certain = false;
    if (expectation.expect === 'hold') {
      certain = false;
      stopped = true;
    }
  }
  return { service: service.name, steps: forecast };
}

interface Expected {
  readonly expectation: Expectation;
  /** Of the result that would be reused. */
  readonly output?: StepOutput;
}

async function expect(step: StepName, context: StepContext): Promise<Expected> {
  const inputs = await knownInputs(steps[step], context);
  if (isHold(inputs)) return { expectation: { expect: 'hold', hold: inputs } };
  const { scope, service } = context;
  const stored = scope.request.anyway ? undefined : scope.results.find(step, service.name, inputs.key);
  return stored
    ? { expectation: { expect: 'reuse', fromRun: stored.run }, output: stored.output }
    : { expectation: { expect: 'run', why: await reasonToRun(steps[step], context, inputs.read) } };
}

async function expectProposal(context: StepContext): Promise<Expected> {
  const { proposals, environment } = context.scope;
  if (!proposals || !environment) return { expectation: { expect: 'depends' } };
  const limited = { ...context, signal: AbortSignal.any([context.signal, AbortSignal.timeout(remoteLimit)]) };
  try {
    const { base, tip } = await proposals.source(limited.signal);
    const branch = proposals.branchOf(context.service);
    const propose = (change: ProposeOutput['change'], certain: boolean): Expected => ({
      expectation: { expect: 'propose', change, branch, base, certain },
    });
    const likely = tip(branch) === undefined ? 'created' : 'updated';
    if (!context.earlier.push || environment.group) return propose(likely, false);
    const known = await expect('propose', limited);
    if (known.expectation.expect !== 'run') return known;
    const foreseen = await foreseeProposal(limited);
    if (foreseen === undefined) return propose(likely, false);
    return typeof foreseen === 'string'
      ? propose(foreseen, true)
      : { expectation: { expect: 'hold', hold: foreseen } };
  } catch (error) {
    context.signal.throwIfAborted();
    const why = limited.signal.aborted
      ? `the remote has not answered in ${remoteLimit / 1000} s`
      : describeFailure(error);
    return { expectation: { expect: 'unknown', why } };
  }
}

function describeFailure(error: unknown): string {
  const { what, why } = failureOf(error);
  return `${what}: ${why}`;
}
