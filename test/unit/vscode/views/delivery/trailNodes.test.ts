import assert from 'node:assert/strict';
import type { TrailFacts } from '../../../../../src/domain/delivery/commitTrail.ts';
import { TowlineError } from '../../../../../src/domain/errors/towlineError.ts';
import { type AskedTrail, nothingDelivered } from '../../../../../src/vscode/state/delivery/deliveryState.ts';
import { deliveryTree } from '../../../../../src/vscode/views/delivery/deliveryTree.ts';
import { allNodes, drawTree } from '../../../../support/drawTree.ts';

const commit = { id: 'abcdef0123456789', subject: 'Add prices', time: 0 };
const facts: TrailFacts = {
  service: 'api',
  environment: 'dev',
  commit,
  touched: commit.id,
  image: { reference: 'localhost:5001/shop/api:1', digest: `sha256:${'a'.repeat(64)}`, run: 3 },
  proposal: { branch: 'towline/dev/api' },
  merged: undefined,
  named: undefined,
  agents: [],
  refreshable: false,
  pods: { context: 'kind-dev', all: 2, including: 0, ready: 0 },
};
const asked = (answer: AskedTrail['answer']): AskedTrail => ({
  id: '1',
  repository: '/shop/.git',
  commit: 'HEAD',
  answer,
});
const draw = (answer: AskedTrail['answer']) =>
  drawTree(deliveryTree({ ...nothingDelivered, trails: [asked(answer)] }, 120_000));
const found = (trails: readonly TrailFacts[]) => ({ kind: 'found', trails, at: 120_000 }) as const;

describe('the answer to "Where is my commit?"', () => {
  it('shows each link of the way, and where the commit is', () =>
    assert.equal(
      draw(found([facts])),
      [
        'git-commit Where is abcdef0? | Add prices',
        '  circle-filled api → dev | at merge',
        '    pass Commit | abcdef0 "Add prices" changes api',
        '    pass Image | 1 · aaaaaaa',
        '    pass Proposal | towline/dev/api proposes it',
        '    circle-filled Merge | towline/dev/api is not merged',
        '    question Agent | no agent was found that follows it',
        '    circle-outline Pods | no pod on kind-dev runs it yet',
      ].join('\n'),
    ));

  it('says what could not be asked instead of calling it done', () => {
    const merged = { branch: 'main', commit, image: 'api:1' };
    const pods = { unknown: 'kind-dev could not be asked: no route' };
    assert.match(draw(found([{ ...facts, merged, pods }])), / {2}question api → dev \| pods not known\n/);
  });

  it('offers to ask the agent only where it may be asked', () => {
    for (const refreshable of [true, false]) {
      const nodes = allNodes(
        deliveryTree({ ...nothingDelivered, trails: [asked(found([{ ...facts, refreshable }]))] }, 0),
      );
      const offered = nodes
        .filter(({ context }) => context.endsWith('.refreshable'))
        .map(({ label }) => label);
      assert.deepEqual(offered, refreshable ? ['Agent'] : []);
    }
  });

  it('says how old it is', () =>
    assert.match(draw({ kind: 'found', trails: [facts], at: 0 }), /^git-commit .*as of 2 min ago/));

  it('is looking at first, and says what went wrong', () => {
    assert.equal(draw({ kind: 'asking' }), 'loading~spin Where is HEAD? | looking…');
    const { failure } = new TowlineError('commit-unknown', { why: '"HEAD" names no commit.' });
    assert.match(draw({ kind: 'failed', failure }), /^error Where is HEAD\? \| /);
  });

  it('offers to name an environment where there is none', () =>
    assert.match(draw(found([])), /\n {2}info No environment to look in$/));

  it('gives every node an id of its own, and words for those who listen', () => {
    const nodes = allNodes(
      deliveryTree(
        { ...nothingDelivered, trails: [asked(found([facts, { ...facts, environment: 'stage' }]))] },
        0,
      ),
    );
    assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
    for (const { spoken, label } of nodes) assert.ok(spoken.length > 0, label);
  });
});
