import type { SourcePosition } from '../../domain/errors/problem.ts';
import type { FailedTest } from '../../domain/errors/towlineError.ts';
import type { RunState } from '../../domain/runs/runState.ts';
import type { StepName } from '../../domain/runs/stepName.ts';

/** What a failed step says about a place in a file. */
export interface StepProblem {
  readonly service: string;
  readonly step: StepName;
  readonly message: string;
  readonly at: SourcePosition;
}

export interface StepOutcome {
  readonly service: string;
  readonly step: StepName;
  readonly problems: readonly StepProblem[];
}

/** Each step that has a result, with the places it blames; one that blames none clears what an earlier run said. */
export function stepOutcomes({ services }: RunState): readonly StepOutcome[] {
  return services.flatMap(({ name: service, steps }) =>
    steps.flatMap(({ step, result }) => {
      if (!result || result.outcome === 'cancelled' || result.outcome === 'held') return [];
      if (result.outcome !== 'failed') return [{ service, step, problems: [] }];
      const { failure } = result;
      const tests = (failure.failedTests ?? []).flatMap((test) => problemOf(service, test));
      const places = (failure.problems ?? []).flatMap(({ message, at }) =>
        at ? [{ service, step, message, at }] : [],
      );
      const own =
        failure.at && tests.length === 0
          ? [{ service, step, message: `${failure.what}: ${failure.why}`, at: failure.at }]
          : [];
      return [{ service, step, problems: [...tests, ...places, ...own] }];
    }),
  );
}

function problemOf(
  service: string,
  { name, message, file, line, column }: FailedTest,
): readonly StepProblem[] {
  if (file === undefined) return [];
  return [
    {
      service,
      step: 'test',
      message: message ? `${name}: ${message}` : name,
      at: { file, line: line ?? 1, column: column ?? 1 },
    },
  ];
}
