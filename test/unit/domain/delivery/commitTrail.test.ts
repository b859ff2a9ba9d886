import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { AgentObject } from '../../../../src/domain/agents/agentObject.ts';
import { describeTrail, type TrailFacts } from '../../../../src/domain/delivery/commitTrail.ts';

const commit = {
  id: '4f2a9c1d5b3e6f708192a3b4c5d6e7f801234567',
  subject: 'Round prices',
  time: 1_700_000_000,
};
const merge = { id: '9e8d7c6b5a493827161504f3e2d1c0b9a8f7e6d5', subject: 'Merge api', time: 1_700_000_100 };
const digest = `sha256:${'c'.repeat(64)}`;
const image = { reference: 'localhost:5001/shop/api:main-4f2a9c1-1700000000', digest, run: 7 };

const agent = (changes: Partial<AgentObject> = {}): AgentObject => ({
  agent: 'flux',
  kind: 'Kustomization',
  namespace: 'flux-system',
  name: 'shop',
  sources: [],
  sync: 'synced',
  health: 'healthy',
  applied: { text: `main@sha1:${merge.id}`, commit: merge.id },
  imageOverrides: [],
  ...changes,
});

const pods = { context: 'kind-kind', all: 2, including: 2, ready: 2 };
const merged = { branch: 'main', commit: merge, image: image.reference };

const delivered: TrailFacts = {
  service: 'api',
  environment: 'dev',
  commit,
  touched: commit.id,
  image,
  proposal: undefined,
  merged,
  named: undefined,
  agents: [{ object: agent(), includes: true }],
  refreshable: false,
  pods,
};

const statesOf = (changes: Partial<TrailFacts>) =>
  describeTrail({ ...delivered, ...changes }).map(({ state }) => state);
const sentenceOf = (link: string, changes: Partial<TrailFacts>) =>
  describeTrail({ ...delivered, ...changes }).find((each) => each.link === link)?.sentence;

describe('the trail of a commit', () => {
  it('goes all the way to ready pods', () => {
    assert.deepEqual(
      describeTrail(delivered).map(({ link, state, sentence }) => [link, state, sentence]),
      [
        ['commit', 'done', '4f2a9c1 "Round prices" changes api'],
        ['image', 'done', `${image.reference} (sha256:cccccccccccc) was pushed by run 7`],
        ['proposal', 'done', 'the proposal is merged'],
        ['merge', 'done', 'main has it since 9e8d7c6 "Merge api"'],
        ['agent', 'done', 'Kustomization shop has applied it at main@9e8d7c6'],
        ['pods', 'done', '2 of 2 pods on kind-kind run it'],
      ],
    );
  });

  it('waits where it is and goes on from there', () => {
    const unmerged = { merged: undefined, agents: [{ object: agent(), includes: false }] };
    const none = { ...pods, including: 0, ready: 0 };
    assert.deepEqual(statesOf({ ...unmerged, image: undefined, pods: none }), [
      'done',
      'waiting',
      'ahead',
      'ahead',
      'ahead',
      'ahead',
    ]);
    assert.deepEqual(statesOf({ ...unmerged, pods: none }).slice(1, 4), ['done', 'waiting', 'ahead']);
    const proposal = { branch: 'towline/dev/api' };
    const named = 'localhost:5001/shop/api:old';
    assert.deepEqual(statesOf({ ...unmerged, proposal, named, pods: none }).slice(2), [
      'done',
      'waiting',
      'ahead',
      'ahead',
    ]);
    assert.equal(
      sentenceOf('merge', { ...unmerged, proposal, named }),
      'towline/dev/api is not merged; dev names localhost:5001/shop/api:old',
    );
    assert.equal(sentenceOf('merge', unmerged), 'there is nothing to merge; dev names no image of api');
  });

  it('takes the manifests for the image where another machine pushed it', () => {
    assert.equal(sentenceOf('image', { image: undefined }), `${image.reference} has it`);
  });

  it('says which commit made the service what it is in this one', () => {
    assert.equal(
      sentenceOf('commit', { touched: merge.id }),
      '4f2a9c1 "Round prices" leaves api as 9e8d7c6 made it',
    );
    assert.equal(statesOf({ touched: undefined })[0], 'failed');
  });

  it('tells an agent that waits from one that gave up, and gives its words', () => {
    const applied = { text: 'main@sha1:1', commit: '1'.repeat(40) };
    const waiting = { text: `main@sha1:${merge.id}`, commit: merge.id };
    const behind = agent({ applied, waiting });
    assert.equal(statesOf({ agents: [{ object: behind, includes: false }] })[4], 'waiting');
    const failure = { reason: 'BuildFailed', message: 'no such file', final: true };
    const stuck = { agents: [{ object: agent({ applied, waiting, failure }), includes: false }] };
    assert.equal(statesOf(stuck)[4], 'failed');
    assert.match(sentenceOf('agent', stuck) ?? '', /failed: no such file$/);
  });

  it('never takes what nobody could tell for done', () => {
    assert.equal(statesOf({ agents: [] })[4], 'unknown');
    assert.equal(statesOf({ agents: { unknown: 'no context' } })[4], 'unknown');
    assert.equal(statesOf({ agents: [{ object: agent(), includes: undefined }] })[4], 'unknown');
    assert.equal(statesOf({ pods: { unknown: 'no context' } })[5], 'unknown');
  });

  it('is there only when every pod runs it and is ready', () => {
    assert.deepEqual(
      [
        { ...pods, including: 1, ready: 1 },
        { ...pods, ready: 1 },
        { ...pods, all: 0, including: 0, ready: 0 },
      ].map((now) => [statesOf({ pods: now })[5], sentenceOf('pods', { pods: now })]),
      [
        ['waiting', '1 of 2 pods on kind-kind runs it and is ready'],
        ['waiting', '1 of 2 pods on kind-kind runs it and is ready'],
        ['waiting', 'no pod of api runs on kind-kind'],
      ],
    );
    const trouble = 'api crashes';
    assert.equal(statesOf({ pods: { ...pods, ready: 0, trouble } })[5], 'failed');
  });
});
