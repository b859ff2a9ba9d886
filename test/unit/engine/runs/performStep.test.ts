import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { deferred } from '../../../../src/base/deferred.ts';
import { createSlots, type Rest } from '../../../../src/base/slots.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { KeyInputs } from '../../../../src/domain/keys/keyInputs.ts';
import type { Hold } from '../../../../src/domain/runs/hold.ts';
import type { BuildOutput } from '../../../../src/domain/runs/stepOutput.ts';
import { contentKey } from '../../../../src/engine/keys/contentKey.ts';
import { createResults } from '../../../../src/engine/keys/results.ts';
import { type Performed, performStep } from '../../../../src/engine/runs/performStep.ts';
import type { RunScope } from '../../../../src/engine/runs/runScope.ts';
import type { Earlier, Step, StepContext } from '../../../../src/engine/steps/step.ts';
import { knownAs } from '../../../../src/engine/steps/stepInputs.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { makeService } from '../../../support/services.ts';

const output: BuildOutput = {
  step: 'build',
  imageId: 'sha256:1',
  tag: 'new',
  commit: 'c0ffee',
  dirty: false,
};
const hold: Hold = { code: 'dirty', why: 'It is.', ways: ['Commit.'] };

/** A build step over these inputs, that tells what was asked of it. */
function makeStep(inputs: Record<string, string>, change: Partial<Step> = {}) {
  const log: string[] = [];
  const step: Step = {
    name: 'build',
    timeLimit: () => undefined,
    inputs: () => Promise.resolve({ ...inputs }),
    verify: () => Promise.resolve(true),
    run: () => {
      log.push('run');
      return Promise.resolve(output);
    },
    undo: (_, made) => {
      log.push(`undo ${made.step === 'build' ? made.tag : ''}`);
      return Promise.resolve();
    },
    ...change,
  };
  return { step, log };
}

describe('performStep', () => {
  let records = createFakeRecords();
  let starts = 0;
  beforeEach(() => {
    records = createFakeRecords();
    starts = 0;
  });

  interface Circumstances {
    readonly run?: number;
    readonly anyway?: boolean;
    readonly earlier?: Earlier;
    readonly signal?: AbortSignal;
    readonly rest?: Rest;
  }
  /** Takes a step in a run that shares nothing with the others but the records. */
  function perform(step: Step, given: Circumstances = {}): Promise<Performed> {
    const { run = 1, anyway = false, earlier = {}, signal = new AbortController().signal } = given;
    const request = { services: [], environment: undefined, until: 'build', anyway } as const;
    const context: StepContext = {
      scope: { run, request, results: createResults(records) } as Partial<RunScope> as RunScope,
      service: makeService('api'),
      earlier,
      group: [],
      upstream: new Map(),
      report: { output() {}, substep() {}, notice() {}, waiting() {} },
      signal,
    };
    const started = () => {
      starts += 1;
      return Promise.resolve();
    };
    return performStep(step, context, started, given.rest ?? ((wait) => wait()));
  }
  const stored = () => createResults(records).latest('build', 'api');

  it('does the work the first time and keeps the result with its inputs', async () => {
    const inputs = { 'file api/a.js': '1', command: 'x' };
    const { step, log } = makeStep(inputs);
    const { result, inputs: used } = await perform(step);
    assert.deepEqual(result, { outcome: 'passed', output, key: contentKey(inputs), why: 'first' });
    assert.deepEqual([await used?.read(), log, starts], [inputs, ['run'], 1]);
    assert.deepEqual(stored(), {
      version: 2,
      key: contentKey(inputs),
      service: 'api',
      run: 1,
      output,
    });
  });

  it('tells the step the key of its inputs', async () => {
    const keys: string[] = [];
    const run: Step['run'] = (_, key) => {
      keys.push(key);
      return Promise.resolve(output);
    };
    await perform(makeStep({ a: '1' }, { run }).step);
    assert.deepEqual(keys, [contentKey({ a: '1' })]);
  });

  it('reuses the result of the same inputs and says whose it is', async () => {
    const { step, log } = makeStep({ a: '1' });
    await perform(step, { run: 7 });
    const { result, inputs } = await perform(step, { run: 8 });
    assert.deepEqual(result, { outcome: 'reused', output, key: contentKey({ a: '1' }), fromRun: 7 });
    assert.deepEqual([await inputs?.read(), log, starts], [{ a: '1' }, ['run'], 1]);
  });

  it('reuses the result of inputs that came back', async () => {
    await perform(makeStep({ a: '1' }).step, { run: 1 });
    await perform(makeStep({ a: '2' }).step, { run: 2 });
    const { result } = await perform(makeStep({ a: '1' }).step, { run: 3 });
    assert.ok(result.outcome === 'reused' && result.fromRun === 1);
  });

  it('says which inputs made it work again', async () => {
    await perform(makeStep({ a: '1', b: '1' }).step);
    const { result } = await perform(makeStep({ a: '2', c: '1' }).step);
    assert.deepEqual(result.outcome === 'passed' && result.why, [
      { input: 'a', change: 'changed' },
      { input: 'b', change: 'removed' },
      { input: 'c', change: 'added' },
    ]);
  });

  it('runs again without a reason where the earlier inputs were lost, never reusing for that', async () => {
    await perform(makeStep({ a: '1' }).step);
    await records.remove('inputs/build/api');
    assert.equal((await perform(makeStep({ a: '1' }).step)).result.outcome, 'reused');
    const { result } = await perform(makeStep({ a: '2' }).step);
    assert.deepEqual(result.outcome === 'passed' && result.why, []);
  });

  it('looks at what the run knows to find a result, and afresh before and after work', async () => {
    const looks: string[] = [];
    const inputs: Step['inputs'] = (_, look) => {
      looks.push(look);
      return Promise.resolve({ a: '1' });
    };
    await perform(makeStep({}, { inputs }).step);
    await perform(makeStep({}, { inputs }).step);
    assert.deepEqual(looks, ['known', 'fresh', 'fresh', 'known']);
  });

  it('works on what changed since the run looked, under its own key', async () => {
    const inputs: Step['inputs'] = (_, look) => Promise.resolve({ 'file a': look });
    const { result } = await perform(makeStep({}, { inputs }).step);
    assert.equal(result.outcome === 'passed' && result.key, contentKey({ 'file a': 'fresh' }));
  });

  it('does the work again when the result is gone', async () => {
    await perform(makeStep({ a: '1' }).step);
    const { step, log } = makeStep({ a: '1' }, { verify: () => Promise.resolve(false) });
    const { result } = await perform(step);
    assert.deepEqual([result.outcome === 'passed' && result.why, log], ['result-gone', ['run']]);
  });

  it('does not take a result for gone that it could not ask for', async () => {
    await perform(makeStep({ a: '1' }).step);
    const verify = () => Promise.reject(new TowlineError('registry-denied', { why: 'No.' }));
    const { step, log } = makeStep({ a: '1' }, { verify });
    const { result } = await perform(step);
    assert.deepEqual([result.outcome === 'failed' && result.failure.code, log], ['registry-denied', []]);
  });

  it('does the work anyway when asked to, without a look at earlier results', async () => {
    await perform(makeStep({ a: '1' }).step);
    const { step, log } = makeStep({ a: '1' }, { verify: () => assert.fail('asked') });
    const { result } = await perform(step, { anyway: true });
    assert.deepEqual([result.outcome === 'passed' && result.why, log], ['anyway', ['run']]);
  });

  it('holds before the work, and never says that it started', async () => {
    const { step, log } = makeStep({}, { inputs: () => Promise.resolve(hold) });
    assert.deepEqual(await perform(step), { result: { outcome: 'held', hold }, inputs: undefined });
    assert.deepEqual([log, starts, stored()], [[], 0, undefined]);
  });

  it('holds for what only the work can tell, and keeps no result', async () => {
    const { step } = makeStep({}, { run: () => Promise.resolve(hold) });
    assert.deepEqual((await perform(step)).result, { outcome: 'held', hold });
    assert.equal(stored(), undefined);
  });

  it('does not start when the start cannot be recorded', async () => {
    const { step, log } = makeStep({});
    const context = { scope: { request: { anyway: true } }, service: makeService('api') };
    const signal = new AbortController().signal;
    const { result } = await performStep(
      step,
      { ...context, signal } as unknown as StepContext,
      () => Promise.reject(new TowlineError('journal-failed', { why: 'full' })),
      (wait) => wait(),
    );
    assert.deepEqual([result.outcome === 'failed' && result.failure.code, log], ['journal-failed', []]);
  });

  describe('when inputs change during the work', () => {
    /** Looks during and after the work find other inputs. */
    function changing(before: KeyInputs, after: KeyInputs | Hold, change: Partial<Step> = {}) {
      const { log, step } = makeStep({}, change);
      const inputs = () => Promise.resolve(log.includes('run') ? after : before);
      return { log, step: { ...step, inputs } };
    }

    for (const [what, before, after] of [
      ['a changed file', { 'file a.js': '1' }, { 'file a.js': '2' }],
      ['a new file', {}, { 'file a.js': '1' }],
      ['a deleted file', { 'file a.js': '1' }, {}],
      ['a changed folder', { 'folder a.js': '755' }, { 'folder a.js': '700' }],
    ] as const) {
      it(`keeps no result of ${what}, takes back what was made and names it`, async () => {
        const { step, log } = changing(before, after);
        const { result } = await perform(step);
        assert.ok(result.outcome === 'failed');
        assert.equal(result.failure.code, 'inputs-changed');
        assert.match(result.failure.why, /^a\.js changed while api was at its build step\.$/);
        assert.deepEqual([log, stored()], [['run', 'undo new'], undefined]);
      });
    }

    it('counts further files', async () => {
      const { result } = await perform(changing({ 'file a': '1', 'file b': '1', 'file c': '1' }, {}).step);
      assert.match(result.outcome === 'failed' ? result.failure.why : '', /^a and 2 more changed/);
    });

    it('keeps the result under what only the work could tell', async () => {
      const after = { 'base node:24': 'sha256:2' };
      const { step, log } = changing({ 'base node:24': 'absent' }, after);
      const { result, inputs } = await perform(step);
      assert.equal(result.outcome === 'passed' && result.key, contentKey(after));
      assert.deepEqual([log, await inputs?.read(), stored()?.key], [['run'], after, contentKey(after)]);
    });

    it('keeps the result when a hold came up meanwhile', async () => {
      const { result } = await perform(changing({ a: '1' }, hold).step);
      assert.equal(result.outcome === 'passed' && result.key, contentKey({ a: '1' }));
    });

    it('keeps no result either of a step that has nothing to take back', async () => {
      const { step } = changing({ 'file a': '1' }, {});
      const { undo: _, ...bare } = step;
      assert.equal((await perform(bare)).result.outcome, 'failed');
      assert.equal(stored(), undefined);
    });
  });

  describe('behind a gate', () => {
    const behind = (testInputs: KeyInputs) =>
      makeStep({ 'file api/a.js': '1' }, { gate: { ...makeStep(testInputs).step, name: 'test' } });

    it('passes when what was tested is still what is there', async () => {
      const testInputs = { 'file api/a.js': '1', 'file api/a.test.js': '1' };
      const { result } = await perform(behind(testInputs).step, {
        earlier: { testInputs: knownAs(testInputs) },
      });
      assert.equal(result.outcome, 'passed');
    });

    it('keeps no image of files that were tested otherwise', async () => {
      const { step, log } = behind({ 'file api/a.js': '1' });
      const { result } = await perform(step, {
        earlier: { testInputs: knownAs({ 'file api/a.js': '0' }) },
      });
      assert.equal(result.outcome === 'failed' && result.failure.code, 'inputs-changed');
      assert.deepEqual([log, stored()], [['run', 'undo new'], undefined]);
    });

    it('looks afresh at what was tested, whatever the run knew of it', async () => {
      const gate: Step = {
        ...makeStep({}).step,
        name: 'test',
        inputs: (_, look) => Promise.resolve({ 'file api/a.test.js': look }),
      };
      const earlier = { testInputs: knownAs({ 'file api/a.test.js': 'known' }) };
      const { result } = await perform(makeStep({}, { gate }).step, { earlier });
      assert.equal(result.outcome === 'failed' && result.failure.code, 'inputs-changed');
    });

    it('compares files only: a tool that changed its version tested the same', async () => {
      const earlier = { testInputs: knownAs({ 'tool node': 'v22' }) };
      assert.equal(
        (await perform(behind({ 'tool node': 'v24' }).step, { earlier })).result.outcome,
        'passed',
      );
    });

    it('does not work on files whose tests were known to pass before they changed', async () => {
      const { step, log } = behind({ 'file api/a.js': '2' });
      const testInputs = {
        ...knownAs({ 'file api/a.js': '1' }),
        read: async () => ({ 'file api/a.js': '2' }),
      };
      const { result } = await perform(step, { earlier: { testInputs } });
      assert.equal(result.outcome === 'failed' && result.failure.code, 'inputs-changed');
      assert.deepEqual([log, stored()], [[], undefined]);
    });
  });

  describe('with a time limit', () => {
    const untilAborted: Step['run'] = ({ signal }) =>
      new Promise((_, reject) => {
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason));
      });

    it('ends the work and says how long it took', async () => {
      const { step } = makeStep({}, { timeLimit: () => 0.001, run: untilAborted });
      const { result } = await perform(step);
      assert.ok(result.outcome === 'failed');
      assert.equal(result.failure.code, 'timed-out');
      assert.match(result.failure.why, /build step of api took longer than 0\.001 s/);
      assert.equal(stored(), undefined);
    });

    it('tells a cancelled run from one that took too long', async () => {
      const cancel = new AbortController();
      const { step } = makeStep({}, { timeLimit: () => 1000, run: untilAborted });
      const performing = perform(step, { signal: cancel.signal });
      cancel.abort();
      assert.deepEqual((await performing).result, { outcome: 'cancelled' });
    });

    it('lets quick work pass, and its failures be failures', async () => {
      assert.equal((await perform(makeStep({}, { timeLimit: () => 1000 }).step)).result.outcome, 'passed');
      const run = () => Promise.reject(new TowlineError('build-failed', { why: 'RUN false' }));
      const { result } = await perform(makeStep({ a: '1' }, { timeLimit: () => 1000, run }).step);
      assert.equal(result.outcome === 'failed' && result.failure.code, 'build-failed');
    });
  });

  for (const [limit, seconds] of [
    ['a', 1000],
    ['no', undefined],
  ] as const)
    it(`gives its slot to others while it asks the user, with ${limit} time limit`, async () => {
      const answer = deferred<void>();
      const order: string[] = [];
      const asks: Step['run'] = async (_context, _key, untimed) => {
        order.push('asked');
        await untimed(() => answer.promise);
        order.push('answered');
        return output;
      };
      const slots = createSlots(1);
      const { signal } = new AbortController();
      const asking = slots.run(
        (rest) => perform(makeStep({ a: '1' }, { timeLimit: () => seconds, run: asks }).step, { rest }),
        signal,
      );
      const other = makeStep({ a: '2' });
      await slots.run((rest) => perform(other.step, { rest }), signal);
      order.push(...other.log);
      answer.resolve();
      assert.equal((await asking).result.outcome, 'passed');
      assert.deepEqual(order, ['asked', 'run', 'answered']);
    });

  it('is cancelled whatever the step throws then', async () => {
    const cancel = new AbortController();
    const run = () => {
      cancel.abort();
      return Promise.reject(new TowlineError('engine-stopped', { why: 'socket hang up' }));
    };
    const { result } = await perform(makeStep({}, { run }).step, { signal: cancel.signal });
    assert.deepEqual([result, stored()], [{ outcome: 'cancelled' }, undefined]);
  });

  it('calls a bug by its name', async () => {
    const run = () => Promise.reject(new TypeError('x is undefined'));
    const { result } = await perform(makeStep({}, { run }).step);
    assert.ok(result.outcome === 'failed' && result.failure.code === 'unexpected');
    assert.match(result.failure.why, /x is undefined/);
  });
});
