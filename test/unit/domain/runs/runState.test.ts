import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { RunEvent } from '../../../../src/domain/runs/runEvent.ts';
import { type RunState, reduceRun } from '../../../../src/domain/runs/runState.ts';

const started: RunEvent = {
  type: 'run-started',
  at: 1,
  run: 7,
  host: 'cli',
  version: '1.0.0',
  request: { services: [], environment: 'dev', until: 'push', anyway: false },
  resumes: 6,
  commit: 'c0ffee',
  branch: 'main',
  dirty: true,
  services: [
    { name: 'base', steps: ['test', 'build'] },
    { name: 'api', steps: ['test', 'build', 'push'] },
  ],
};

function stateAfter(...events: readonly RunEvent[]): RunState {
  const state = [started, ...events].reduce(reduceRun, undefined as RunState | undefined);
  assert.ok(state);
  return state;
}

const stepOf = (state: RunState, service: string, step: string) =>
  state.services.find(({ name }) => name === service)?.steps.find((each) => each.step === step);

const place = { service: 'api', step: 'build' } as const;

describe('reduceRun', () => {
  it('begins with what the first record says', () => {
    const { services, ...rest } = stateAfter();
    assert.deepEqual(rest, {
      run: 7,
      startedAt: 1,
      finishedAt: undefined,
      host: 'cli',
      request: started.type === 'run-started' && started.request,
      resumes: 6,
      commit: 'c0ffee',
      branch: 'main',
      dirty: true,
      notices: [],
      outcome: undefined,
    });
    assert.deepEqual(
      services.map(({ name, steps }) => [name, ...steps.map(({ step }) => step)].join(' ')),
      ['base test build', 'api test build push'],
    );
  });

  it('is nothing before the first record', () => {
    assert.equal(reduceRun(undefined, { type: 'run-finished', at: 2, outcome: 'passed' }), undefined);
  });

  it('follows a step from its start to its end, and leaves the others as they are', () => {
    const running = stateAfter({ type: 'step-started', at: 5, ...place });
    assert.equal(stepOf(running, 'api', 'build')?.startedAt, 5);
    assert.equal(stepOf(running, 'api', 'build')?.finishedAt, undefined);
    const result = { outcome: 'cancelled' } as const;
    const finished = reduceRun(running, { type: 'step-finished', at: 9, ...place, result, logSize: 12 });
    assert.ok(finished);
    assert.deepEqual(stepOf(finished, 'api', 'build'), {
      step: 'build',
      startedAt: 5,
      finishedAt: 9,
      substeps: [],
      result,
      logSize: 12,
    });
    assert.deepEqual(finished.services[0], stateAfter().services[0]);
    assert.equal(stepOf(finished, 'api', 'test')?.startedAt, undefined);
  });

  it('takes a result of a step that never started', () => {
    const result = { outcome: 'held', hold: { code: 'dirty', why: 'It is.', ways: [] } } as const;
    const state = stateAfter({ type: 'step-finished', at: 9, ...place, result, logSize: 0 });
    assert.equal(stepOf(state, 'api', 'build')?.result, result);
    assert.equal(stepOf(state, 'api', 'build')?.startedAt, undefined);
  });

  it('keeps substeps in the order they began, with the first time and the last word', () => {
    const substep = (at: number, id: string, state: 'started' | 'done' | 'cached' | 'failed'): RunEvent => ({
      type: 'substep',
      at,
      ...place,
      id,
      name: `step ${id}`,
      state,
    });
    const state = stateAfter(
      substep(1, 'a', 'started'),
      substep(2, 'b', 'cached'),
      substep(3, 'a', 'done'),
      substep(4, 'c', 'started'),
    );
    assert.deepEqual(
      stepOf(state, 'api', 'build')?.substeps.map(({ id, state: now, startedAt, finishedAt }) => [
        id,
        now,
        startedAt,
        finishedAt,
      ]),
      [
        ['a', 'done', 1, 3],
        ['b', 'cached', 2, 2],
        ['c', 'started', 4, undefined],
      ],
    );
  });

  it('collects notices', () => {
    const notice = (message: string): RunEvent => ({ type: 'notice', at: 1, service: 'api', message });
    assert.deepEqual(stateAfter(notice('one'), notice('two')).notices, ['one', 'two']);
  });

  it('ends with an outcome', () => {
    const { finishedAt, outcome } = stateAfter({ type: 'run-finished', at: 99, outcome: 'held' });
    assert.deepEqual([finishedAt, outcome], [99, 'held']);
  });

  it('is left as it is by services and steps it does not know', () => {
    const state = stateAfter(
      { type: 'step-started', at: 5, service: 'gone', step: 'build' },
      { type: 'step-started', at: 5, service: 'base', step: 'propose' },
      { type: 'substep', at: 5, service: 'gone', step: 'build', id: 'a', name: 'a', state: 'done' },
    );
    assert.deepEqual(state, stateAfter());
  });

  it('is left as it is by events of a later version', () => {
    const later = { type: 'rehearsal-started', at: 5 } as unknown as RunEvent;
    assert.deepEqual(reduceRun(stateAfter(), later), stateAfter());
  });

  it('changes no state it was given', () => {
    const freeze = (value: object): void => {
      Object.freeze(value);
      for (const inner of Object.values(value))
        if (typeof inner === 'object' && inner !== null) freeze(inner);
    };
    const state = stateAfter({ type: 'step-started', at: 5, ...place });
    freeze(state);
    reduceRun(state, { type: 'substep', at: 6, ...place, id: 'a', name: 'a', state: 'started' });
    reduceRun(state, { type: 'notice', at: 6, message: 'a' });
  });
});
