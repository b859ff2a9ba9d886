import assert from 'node:assert/strict';
import type { RunEvent, StepResult } from '../../../../src/domain/runs/runEvent.ts';
import { describeEnd } from '../../../../src/vscode/host/describeEnd.ts';
import { statusText } from '../../../../src/vscode/host/statusText.ts';
import { stepOutcomes } from '../../../../src/vscode/host/stepProblems.ts';
import { makeRepository, makeRun, makeState } from '../../../support/editorStates.ts';

function runWith(result: StepResult, outcome: 'failed' | 'held' | 'passed' | 'cancelled' = 'failed') {
  const step = { service: 'api', step: 'test' } as const;
  const events: readonly RunEvent[] = [
    { type: 'step-started', at: 0, ...step },
    { type: 'step-finished', at: 1, ...step, result, logSize: 0 },
    { type: 'run-finished', at: 1, outcome },
  ];
  return makeRun(2, events, 'finished');
}
const failure = { code: 'tests-failed', what: 'Tests failed', why: '1 of 2', next: 'Correct them.' } as const;

describe('stepOutcomes', () => {
  it('puts failing tests at their lines', () => {
    const failedTests = [
      { name: 'adds', message: '3 is not 4', file: 'api/a.test.js', line: 7 },
      { name: 'somewhere', message: 'no place' },
    ];
    const [test] = stepOutcomes(runWith({ outcome: 'failed', failure: { ...failure, failedTests } }).state);
    assert.deepEqual(test?.problems, [
      {
        service: 'api',
        step: 'test',
        message: 'adds: 3 is not 4',
        at: { file: 'api/a.test.js', line: 7, column: 1 },
      },
    ]);
  });

  it('names the place of a failure that is none of a test', () => {
    const at = { file: 'api/Dockerfile', line: 3, column: 1 };
    const [step] = stepOutcomes(runWith({ outcome: 'failed', failure: { ...failure, at } }).state);
    assert.deepEqual(
      step?.problems.map((problem) => problem.at),
      [at],
    );
  });

  it('clears what was said when the step went well, not when it was cancelled', () => {
    const output = { step: 'test', command: ['npm', 'test'], counts: undefined } as const;
    const passed = runWith({ outcome: 'passed', output, key: 'k', why: 'first' }, 'passed');
    assert.deepEqual(stepOutcomes(passed.state), [{ service: 'api', step: 'test', problems: [] }]);
    assert.deepEqual(stepOutcomes(runWith({ outcome: 'cancelled' }, 'cancelled').state), []);
  });
});

describe('describeEnd', () => {
  it('says what failed and what to do', () => {
    const { kind, message, service } = describeEnd(runWith({ outcome: 'failed', failure }).state);
    assert.deepEqual([kind, message, service], ['failed', 'api, test: Tests failed. Correct them.', 'api']);
  });

  it('names the registry to sign in to', () => {
    const signInOf = (registry: string) => {
      const denied = { ...failure, code: 'registry-denied', why: 'evil.example says no', registry } as const;
      return describeEnd(runWith({ outcome: 'failed', failure: denied }).state).signIn;
    };
    assert.equal(signInOf('ghcr.io:443'), 'ghcr.io:443');
    assert.equal(signInOf('docker.io'), '');
  });
});

describe('statusText', () => {
  const textOf = (run: ReturnType<typeof makeRun> | undefined, waiting: readonly string[] = []) => {
    const runs = { kind: 'read' as const, shown: run ? [run] : [], older: 0 };
    return statusText(makeState({ repositories: [makeRepository({ runs, waiting: new Set(waiting) })] }))
      ?.text;
  };

  it('says nothing before the first run', () => assert.equal(textOf(undefined), undefined));

  it('says what goes on, what ended, and whose turn it is', () => {
    assert.equal(textOf(makeRun(1)), '$(loading~spin) Towline: run 1');
    const started: RunEvent = { type: 'step-started', at: 0, service: 'api', step: 'build' };
    assert.equal(textOf(makeRun(1, [started])), '$(loading~spin) Towline: build api');
    assert.equal(textOf(runWith({ outcome: 'failed', failure })), '$(error) Towline: failed');
    assert.equal(textOf(makeRun(1), ['1/api']), '$(question) Towline: look at the diff');
  });
});
