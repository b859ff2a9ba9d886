import assert from 'node:assert/strict';
import type { RunEvent, StepResult } from '../../../../src/domain/runs/runEvent.ts';
import { runsTree } from '../../../../src/vscode/views/runsTree.ts';
import type { TreeNode } from '../../../../src/vscode/views/treeNode.ts';
import { drawTree } from '../../../support/drawTree.ts';
import { makeRepository, makeRun, makeState } from '../../../support/editorStates.ts';

const step = { service: 'api', step: 'test' } as const;
const failed: StepResult = {
  outcome: 'failed',
  failure: { code: 'tests-failed', what: 'Tests failed', why: '1 of 2', next: 'Correct them.' },
};

const treeOf = (run: ReturnType<typeof makeRun>, waiting: readonly string[] = []) =>
  runsTree(
    makeState({
      repositories: [
        makeRepository({ runs: { kind: 'read', shown: [run], older: 0 }, waiting: new Set(waiting) }),
      ],
    }),
    60_000,
  );

describe('runsTree', () => {
  it('shows what a run is doing with times that grow', () => {
    const events: readonly RunEvent[] = [
      { type: 'step-started', at: 1_000, ...step },
      { type: 'substep', at: 2_000, ...step, id: '1', name: 'install', state: 'started' },
    ];
    assert.equal(
      drawTree(treeOf(makeRun(3, events))),
      [
        'loading~spin #3 api | → dev · 1 min 0 s',
        '  loading~spin Test | 59 s',
        '    loading~spin install',
        '  circle-outline Build | waiting',
        '  circle-outline Push | waiting',
        '  circle-outline Propose | waiting',
      ].join('\n'),
    );
  });

  it('tells what a failed run did not come to', () => {
    const events: readonly RunEvent[] = [
      { type: 'step-started', at: 0, ...step },
      { type: 'step-finished', at: 500, ...step, result: failed, logSize: 10 },
      { type: 'run-finished', at: 500, outcome: 'failed' },
    ];
    const nodes = treeOf(makeRun(4, events, 'finished'));
    assert.equal(
      drawTree(nodes),
      [
        'error #4 api | → dev · 1 min',
        '  error Test | 0.5 s · failed',
        '  circle-outline Build | not reached',
        '  circle-outline Push | not reached',
        '  circle-outline Propose | not reached',
      ].join('\n'),
    );
    assert.equal(nodes[0]?.context, 'run.finished.failed');
    assert.equal(nodes[0]?.children?.()[0]?.context, 'step.log');
    assert.match(nodes[0]?.children?.()[0]?.tooltip ?? '', /1 of 2\nCorrect them\./);
  });

  it('says that a run lost its process', () => {
    const nodes = treeOf(makeRun(5, [{ type: 'step-started', at: 0, ...step }], 'interrupted'));
    assert.equal(nodes[0]?.icon?.name, 'debug-disconnect');
    assert.equal(nodes[0]?.context, 'run.interrupted');
    assert.match(drawTree(nodes), /debug-disconnect Test \| interrupted/);
  });

  it('says when it is the user whose turn it is', () => {
    const events: readonly RunEvent[] = [{ type: 'step-started', at: 0, service: 'api', step: 'propose' }];
    const nodes = treeOf(makeRun(6, events), ['6/api']);
    assert.match(
      drawTree(nodes),
      /question #6 api \| → dev · your turn[\s\S]*question Propose \| 1 min 0 s · waits for you/,
    );
    assert.match(nodes[0]?.children?.().at(-1)?.context ?? '', /^asking/);
  });

  it('has a level for services only where there are several', () => {
    const nodes = treeOf(makeRun(7, [], 'running', ['api', 'web']));
    assert.deepEqual(
      nodes[0]?.children?.().map(({ label }) => label),
      ['api', 'web'],
    );
  });

  it('offers the runs it has not read', () => {
    const repository = makeRepository({ runs: { kind: 'read', shown: [], older: 12 } });
    assert.equal(
      drawTree(runsTree(makeState({ repositories: [repository] }), 0)),
      'history Show 12 older runs',
    );
  });

  it('puts repositories first where there are several', () => {
    const repositories = [makeRepository(), makeRepository({ key: '/b/.git', name: 'b' })];
    assert.deepEqual(
      runsTree(makeState({ repositories }), 0).map(({ label }) => label),
      ['shop', 'b'],
    );
  });

  it('shows nothing of others as control characters', () => {
    const events: readonly RunEvent[] = [
      { type: 'step-started', at: 0, ...step },
      { type: 'substep', at: 0, ...step, id: '1', name: 'a\u202eb', state: 'done' },
    ];
    assert.match(drawTree(treeOf(makeRun(8, events))), /a\\u\{202e\}b/);
  });

  it('gives every line a sentence for screen readers and an id of its own', () => {
    const all = (nodes: readonly TreeNode[]): readonly TreeNode[] =>
      nodes.flatMap((node) => [node, ...all(node.children?.() ?? [])]);
    const nodes = all(treeOf(makeRun(9, [], 'running', ['api', 'web'])));
    assert.ok(nodes.every(({ spoken }) => spoken.length > 5));
    assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
  });
});
