import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import {
  decideRollout,
  type StandingVerdict,
  tellableVerdict,
} from '../../../../src/domain/rehearsal/patience.ts';
import { concludeRehearsal, type RehearsalFacts } from '../../../../src/domain/rehearsal/rehearsalOutcome.ts';
import type { Verdict, VerdictReason } from '../../../../src/domain/verdict/verdict.ts';

const workload = (name: string) => ({ group: 'apps', kind: 'Deployment', namespace: 'shop', name });
const verdict = (name: string, state: Verdict['state'], reason?: VerdictReason) => ({
  workload: workload(name),
  verdict: { state, sentence: `${name} is ${state}`, ...(reason ? { reason } : {}) },
});
const all = () => true;
const only =
  (name: string) =>
  (workload: { readonly name: string }): boolean =>
    workload.name === name;
const skipped = (name: string) => ({ object: workload(name), why: 'it needs more', runs: true });

function conclude(facts: Partial<RehearsalFacts>) {
  const none = { rehearsed: 2, skipped: [], isMeant: all, verdicts: [], refused: [], seconds: 60 };
  const followed = (facts.verdicts ?? []).map(({ workload: of }) => of);
  const { outcome, sentence } = concludeRehearsal({ ...none, followed, ...facts });
  return `${outcome}: ${sentence}`;
}

describe('the conclusion of a rehearsal', () => {
  it('is healthy when all that runs is, and counts what was rehearsed', () => {
    assert.equal(
      conclude({ verdicts: [verdict('api', 'healthy')] }),
      'healthy: rehearsed all 2 objects: api is healthy',
    );
  });

  it('is the worst verdict there is', () => {
    const verdicts = [verdict('a', 'healthy'), verdict('b', 'stuck'), verdict('c', 'failed')];
    assert.equal(conclude({ verdicts }), 'failed: rehearsed all 2 objects: c is failed');
  });

  it('is never healthy because the time is over', () => {
    assert.match(
      conclude({ verdicts: [verdict('api', 'progressing')] }),
      /^progressing: .* not ready after 60 s: api is progressing$/,
    );
    assert.match(
      conclude({ verdicts: [verdict('api', 'healthy')], followed: [workload('api'), workload('web')] }),
      /^progressing: /,
    );
  });

  it('is incomplete when what the change is about was not rehearsed', () => {
    const facts = { skipped: [skipped('api')], verdicts: [verdict('web', 'healthy')] };
    assert.equal(
      conclude({ ...facts, isMeant: only('api') }),
      'incomplete: rehearsed 2 of 3 objects: Deployment api was not rehearsed: it needs more',
    );
    assert.equal(
      conclude({ ...facts, isMeant: only('web') }),
      'healthy: rehearsed 2 of 3 objects: web is healthy',
    );
    assert.match(conclude(facts), /^incomplete: /);
    assert.match(conclude({}), /^incomplete: .* nothing that runs/);
  });

  it('does not blame a change for what it does not touch, and does not hide that either', () => {
    const verdicts = [verdict('api', 'healthy'), verdict('web', 'failed')];
    assert.equal(
      conclude({ verdicts, isMeant: only('api') }),
      'healthy: rehearsed all 2 objects: api is healthy; web, which the change does not touch, is not: web is failed',
    );
  });

  it('says first what the cluster refuses', () => {
    const refused = [{ object: workload('api'), why: 'no such field' }];
    assert.equal(conclude({ refused }), 'refused: the cluster refuses Deployment api: no such field');
  });
});

describe('when a rollout is over', () => {
  const standing = (since: number, ...of: Parameters<typeof verdict>): StandingVerdict => ({
    verdict: verdict(...of).verdict,
    since,
    isMeant: true,
    hadTrouble: false,
  });

  it('is over when all are healthy for a while, and not while one has said nothing', () => {
    const healthy = standing(0, 'api', 'healthy');
    assert.deepEqual(decideRollout([healthy], 1, 5), { over: false, lookAt: 4_000 });
    assert.deepEqual(decideRollout([healthy], 1, 4_000), { over: true });
    assert.deepEqual(decideRollout([healthy], 2, 4_000), { over: false, lookAt: undefined });
    assert.deepEqual(decideRollout([], 0, 5), { over: true });
  });

  it('does not take the time between two crashes for health', () => {
    const between = { ...standing(60_000, 'api', 'healthy'), hadTrouble: true };
    assert.deepEqual(decideRollout([between], 1, 70_000), { over: false, lookAt: 100_000 });
    assert.deepEqual(decideRollout([between], 1, 100_000), { over: true });
    assert.equal(tellableVerdict(between, 70_000).state, 'progressing');
    assert.equal(tellableVerdict(between, 100_000).state, 'healthy');
  });

  it('waits for a crash to mend itself, once, and for nothing that nobody mends', () => {
    const crashed = standing(1_000, 'api', 'failed', 'crashed');
    assert.deepEqual(decideRollout([crashed], 1, 2_000), { over: false, lookAt: 26_000 });
    assert.deepEqual(decideRollout([crashed], 1, 26_000), { over: true });
    assert.deepEqual(decideRollout([standing(1_000, 'job', 'failed', 'job-failed')], 1, 1_000), {
      over: true,
    });
  });

  it('waits for what the change does not touch only as long as it may still become well', () => {
    const healthy = standing(0, 'api', 'healthy');
    const other = { ...standing(0, 'web', 'failed', 'image-missing'), isMeant: false };
    assert.deepEqual(decideRollout([healthy, other], 2, 4_500), { over: false, lookAt: 5_000 });
    assert.deepEqual(decideRollout([healthy, other], 2, 5_000), { over: true });
    const moving = standing(0, 'api', 'progressing');
    assert.deepEqual(decideRollout([moving, other], 2, 9_000), { over: false, lookAt: undefined });
  });

  it('has no end of its own while everything moves', () => {
    const moving = standing(0, 'api', 'progressing', 'waiting');
    assert.deepEqual(decideRollout([moving], 1, 1e9), { over: false, lookAt: undefined });
  });
});
