import type { RunEvent, RunOutcome, RunRequest, StepResult } from './runEvent.ts';
import type { StepName } from './stepName.ts';

export interface SubstepState {
  readonly id: string;
  readonly name: string;
  readonly state: 'started' | 'done' | 'cached' | 'failed';
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
}

export interface StepState {
  readonly step: StepName;
  readonly startedAt: number | undefined;
  readonly finishedAt: number | undefined;
  readonly substeps: readonly SubstepState[];
  readonly result: StepResult | undefined;
  readonly logSize: number;
}

export interface ServiceRunState {
  readonly name: string;
  readonly steps: readonly StepState[];
}

/** A run as its journal tells it. Every view is a projection of this. */
export interface RunState {
  readonly run: number;
  readonly startedAt: number;
  readonly finishedAt: number | undefined;
  readonly host: 'cli' | 'editor';
  readonly request: RunRequest;
  readonly resumes: number | undefined;
  readonly commit: string | undefined;
  readonly branch: string | undefined;
  readonly dirty: boolean;
  readonly services: readonly ServiceRunState[];
  readonly notices: readonly string[];
  /** Undefined while it runs, or for ever when it was interrupted. */
  readonly outcome: RunOutcome | undefined;
}

/** The one writer of run state. Unknown events, and those of unknown steps or services, from a newer version, leave it as it is. */
export function reduceRun(state: RunState | undefined, event: RunEvent): RunState | undefined {
  if (event.type === 'run-started') return startRun(event);
  if (!state) return undefined;
  switch (event.type) {
    case 'notice':
      return { ...state, notices: [...state.notices, event.message] };
    case 'step-started':
      return changeStep(state, event, (step) => ({ ...step, startedAt: event.at }));
    case 'substep':
      return changeStep(state, event, (step) => ({ ...step, substeps: changeSubstep(step.substeps, event) }));
    case 'step-finished':
      return changeStep(state, event, (step) => ({
        ...step,
        finishedAt: event.at,
        result: event.result,
        logSize: event.logSize,
      }));
    case 'run-finished':
      return { ...state, finishedAt: event.at, outcome: event.outcome };
    default:
      return state;
  }
}

function startRun(event: Extract<RunEvent, { type: 'run-started' }>): RunState {
  return {
    run: event.run,
    startedAt: event.at,
    finishedAt: undefined,
    host: event.host,
    request: event.request,
    resumes: event.resumes,
    commit: event.commit,
    branch: event.branch,
    dirty: event.dirty,
    services: event.services.map(({ name, steps }) => ({
      name,
      steps: steps.map((step) => ({
        step,
        startedAt: undefined,
        finishedAt: undefined,
        substeps: [],
        result: undefined,
        logSize: 0,
      })),
    })),
    notices: [],
    outcome: undefined,
  };
}

function changeStep(
  state: RunState,
  place: { readonly service: string; readonly step: StepName },
  change: (step: StepState) => StepState,
): RunState {
  const services = state.services.map((service) =>
    service.name === place.service
      ? { ...service, steps: service.steps.map((step) => (step.step === place.step ? change(step) : step)) }
      : service,
  );
  return { ...state, services };
}

function changeSubstep(
  substeps: readonly SubstepState[],
  event: Extract<RunEvent, { type: 'substep' }>,
): readonly SubstepState[] {
  const at = substeps.findIndex((substep) => substep.id === event.id);
  const known = substeps[at];
  const finishedAt = event.state === 'started' ? undefined : event.at;
  const next = {
    id: event.id,
    name: event.name,
    state: event.state,
    startedAt: known?.startedAt ?? event.at,
    finishedAt,
  };
  return known ? substeps.with(at, next) : [...substeps, next];
}
