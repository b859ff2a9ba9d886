import assert from 'node:assert/strict';
import type { RunEvent } from '../../../../src/domain/runs/runEvent.ts';
import { servicesTree } from '../../../../src/vscode/views/servicesTree.ts';
import { makeRepository, makeRun, makeState, makeWorkspace } from '../../../support/editorStates.ts';

const lines = (state: ReturnType<typeof makeState>) =>
  servicesTree(state, 60_000).map(({ label, description = '' }) => `${label} | ${description}`);

const withWorkspace = (change: Parameters<typeof makeWorkspace>[0]) =>
  makeState({
    repositories: [
      makeRepository({
        workspace: { kind: 'read', workspace: makeWorkspace(change), folder: '/shop', images: [] },
      }),
    ],
  });

describe('servicesTree', () => {
  it('shows services that never ran', () => {
    assert.deepEqual(lines(makeState()), ['api | not run yet']);
  });

  it('says why a repository cannot be read', () => {
    const failure = {
      code: 'git-failed',
      what: 'Git failed',
      why: 'bad object\nof 3',
      next: 'Look.',
    } as const;
    const repository = makeRepository({ workspace: { kind: 'failed', failure } });
    assert.deepEqual(lines(makeState({ repositories: [repository] })), ['Git failed | bad object']);
  });

  it('shows where the newest run left a service, in each environment', () => {
    const step = { service: 'api', step: 'test' } as const;
    const events: readonly RunEvent[] = [
      { type: 'step-started', at: 0, ...step },
      {
        type: 'step-finished',
        at: 1,
        ...step,
        logSize: 0,
        result: {
          outcome: 'failed',
          failure: { code: 'tests-failed', what: 'Tests failed', why: 'one', next: 'Correct it.' },
        },
      },
      { type: 'run-finished', at: 1, outcome: 'failed' },
    ];
    const runs = { kind: 'read' as const, shown: [makeRun(2, events, 'finished')], older: 0 };
    const [api] = servicesTree(makeState({ repositories: [makeRepository({ runs })] }), 60_000);
    assert.equal(api?.description, 'tests failed · 1 min');
    assert.equal(api?.icon?.name, 'error');
    const [dev] = api?.children?.() ?? [];
    assert.equal(`${dev?.label} | ${dev?.description}`, 'dev | tests failed · 1 min');
    assert.deepEqual(dev?.target, { repository: '/shop/.git', service: 'api', environment: 'dev' });
  });

  it('says first that no engine answers', () => {
    const engine = { kind: 'missing' as const, detail: 'nothing at /var/run', next: 'Start it.' };
    assert.deepEqual(lines(makeState({ engine })), ['No engine answers | ', 'api | not run yet']);
  });

  it('says that nothing can be proposed without an environment', () => {
    assert.deepEqual(lines(withWorkspace({ environments: [] })), [
      'No environment | build and push only',
      'api | not run yet',
    ]);
  });

  it('counts what is wrong in towline.yaml', () => {
    const problems = [
      { severity: 'error' as const, message: 'a' },
      { severity: 'warning' as const, message: 'b' },
    ];
    assert.deepEqual(lines(withWorkspace({ problems })), [
      'towline.yaml | 1 error, 1 warning',
      'api | not run yet',
    ]);
  });

  it('leaves the view to its welcome text while there is nothing to show', () => {
    assert.deepEqual(lines(makeState({ trusted: false })), []);
    assert.deepEqual(lines(withWorkspace({ services: [] })), []);
  });
});
