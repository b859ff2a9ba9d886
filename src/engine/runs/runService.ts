import type { Rest, Slots } from '../../base/slots.ts';
import type { PlannedService } from '../../domain/plan/planRun.ts';
import type { Hold } from '../../domain/runs/hold.ts';
import type { RunEvent, StepResult } from '../../domain/runs/runEvent.ts';
import type { StepName } from '../../domain/runs/stepName.ts';
import type { BuildOutput } from '../../domain/runs/stepOutput.ts';
import type { OwnedRun } from '../ports/journalStore.ts';
import type { WantedImage } from '../proposals/proposals.ts';
import type { Earlier } from '../steps/step.ts';
import { steps } from '../steps/steps.ts';
import { type Performed, performStep } from './performStep.ts';
import type { Ahead } from './prepareAhead.ts';
import type { RunScope } from './runScope.ts';
import type { Siblings } from './siblings.ts';
import { createStepReport } from './stepReport.ts';

/** How one service came through a run. */
export type ServiceOutcome = 'passed' | 'held' | 'failed' | 'cancelled';

/** What runs the services of one run side by side. */
export interface RunFloor {
  readonly scope: RunScope;
  /** Services that take the propose step. */
  readonly proposing: readonly string[];
  readonly siblings: Siblings;
  readonly slots: Slots;
  readonly owned: OwnedRun;
  readonly record: (event: RunEvent) => Promise<void>;
  readonly ahead: Ahead;
  readonly signal: AbortSignal;
}

/** What a step waits for from other services. Waiting takes no slot. */
interface Awaited {
  readonly upstream: ReadonlyMap<string, BuildOutput>;
  readonly group: readonly WantedImage[];
  readonly hold?: Hold;
}

/** Takes one service through its steps; the first that does not come through is the last. */
export async function runService(planned: PlannedService, floor: RunFloor): Promise<ServiceOutcome> {
  const { service } = planned;
  let earlier: Earlier = {};
  try {
    for (const { step, hold } of planned.steps) {
      const { result, inputs } = await takeStep(planned, floor, step, hold, earlier);
      if (result.outcome !== 'passed' && result.outcome !== 'reused') return result.outcome;
      earlier = {
        ...earlier,
        [result.output.step]: result.output,
        ...(step === 'test' && inputs ? { testInputs: inputs } : {}),
      };
      const { build, push, test } = earlier;
      if (step === 'build' && build) floor.siblings.announceBuilt(service.name, build);
      if (step === 'push' && push) floor.siblings.announcePushed({ service, pushed: push, tests: test });
    }
    return 'passed';
  } finally {
    floor.siblings.announceEnd(service.name);
  }
}

async function takeStep(
  { service }: PlannedService,
  floor: RunFloor,
  step: StepName,
  plannedHold: Hold | undefined,
  earlier: Earlier,
): Promise<Performed> {
  const { scope, owned, record, slots, ahead, signal } = floor;
  const place = { service: service.name, step };
  const now = (): number => scope.ports.clock.now();
  const report = createStepReport(place, owned, record, now, () => ahead.prepare(step, service));
  const {
    upstream,
    group,
    hold = plannedHold,
  } = plannedHold ? nothingAwaited : await awaitOthers(floor, step, service.dependsOn);
  const perform = (rest: Rest): Promise<Performed> =>
    performStep(
      steps[step],
      { scope, service, earlier, upstream, group, report, signal },
      () => record({ type: 'step-started', at: now(), ...place }),
      rest,
    );
  const performed = hold
    ? without({ outcome: 'held', hold })
    : await slots.run(perform, signal).catch(cancelledOnly);
  const recorded = record({
    type: 'step-finished',
    at: now(),
    ...place,
    result: performed.result,
    logSize: await report.settled(),
  });
  // Reuse has no effect that must not get ahead of its record; the run's last record waits for all before it.
  if (performed.result.outcome === 'reused') recorded.catch(() => undefined);
  else await recorded;
  return performed;

  function cancelledOnly(error: unknown): Performed {
    if (signal.aborted) return without({ outcome: 'cancelled' });
    throw error;
  }
}

const nothingAwaited: Awaited = { upstream: new Map(), group: [] };

async function awaitOthers(
  { siblings, scope, proposing }: RunFloor,
  step: StepName,
  dependsOn: readonly string[],
): Promise<Awaited> {
  if (step === 'propose' && scope.environment?.group)
    return { upstream: new Map(), group: await siblings.allPushed(proposing) };
  if (step !== 'build') return nothingAwaited;
  const upstream = new Map<string, BuildOutput>();
  for (const name of dependsOn) {
    const built = await siblings.built(name);
    if (!built) return { ...nothingAwaited, hold: upstreamHold(name) };
    upstream.set(name, built);
  }
  return { upstream, group: [] };
}

function without(result: StepResult): Performed {
  return { result, inputs: undefined };
}

function upstreamHold(name: string): Hold {
  return {
    code: 'upstream',
    why: `It is built on ${name}, which has no image in this run.`,
    ways: [`See what stopped ${name}, then resume the run.`],
  };
}
