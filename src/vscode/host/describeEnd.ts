import { describeResult } from '../../domain/runs/describeStep.ts';
import type { RunState } from '../../domain/runs/runState.ts';

/** What to say of a run that has ended, and which of its steps to look at. */
export interface RunEnd {
  readonly kind: 'passed' | 'held' | 'failed' | 'cancelled';
  readonly message: string;
  readonly service?: string;
  /** Registry that wants other credentials, as `docker login` takes it: empty for Docker Hub. */
  readonly signIn?: string;
  /** Whether there is a proposal to look at. */
  readonly proposed: boolean;
}

export function describeEnd(state: RunState): RunEnd {
  const steps = state.services.flatMap(({ name, steps }) =>
    steps.flatMap(({ step, result }) => (result ? [{ service: name, step, result }] : [])),
  );
  const kind = state.outcome ?? 'cancelled';
  const names = state.services.map(({ name }) => name).join(', ');
  const proposed = steps.some(
    ({ result }) =>
      (result.outcome === 'passed' || result.outcome === 'reused') &&
      result.output.step === 'propose' &&
      result.output.diff !== '',
  );
  const stopped = steps.find(({ result }) => result.outcome === kind);
  if (!stopped || kind === 'passed' || kind === 'cancelled') {
    const aim = state.request.environment;
    const done = proposed
      ? `proposed to ${aim}`
      : aim === undefined
        ? 'built and pushed'
        : `${aim} is up to date`;
    return {
      kind,
      proposed,
      message: kind === 'cancelled' ? `Run ${state.run} was cancelled.` : `${names}: ${done}.`,
    };
  }
  const { service, step, result } = stopped;
  const more = steps.filter(({ result: other }) => other.outcome === kind).length - 1;
  const others = more > 0 ? ` (and ${more} more)` : '';
  const why =
    result.outcome === 'failed' ? `${result.failure.what}. ${result.failure.next}` : describeResult(result);
  const denied = result.outcome === 'failed' && result.failure.code === 'registry-denied';
  return {
    kind,
    proposed,
    service,
    message: `${service}, ${step}: ${why}${others}`,
    ...(denied ? { signIn: loginName(result.failure.registry) } : {}),
  };
}

function loginName(registry = ''): string {
  return registry === 'docker.io' || registry === 'index.docker.io' ? '' : registry;
}
