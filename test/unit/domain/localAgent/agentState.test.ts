import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import type { AgentEvent } from '../../../../src/domain/localAgent/agentEvent.ts';
import { type AgentState, reduceAgent } from '../../../../src/domain/localAgent/agentState.ts';

const source = { environment: 'dev', repository: '/git/shop.git', branch: 'main', path: 'deploy/dev' };
const api = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'api' };
const old = { group: '', kind: 'Service', namespace: 'shop', name: 'old' };
const failure = { code: 'cluster-unreachable', what: 'x', why: 'y', next: 'z' } as const;
const drift = [{ name: api, change: ['spec.replicas'] }];

const start = (commit: string, why: 'first' | 'drift' | 'new-commit'): AgentEvent => ({
  type: 'reconcile-started',
  at: 2,
  commit,
  why,
  objects: 2,
});
const following: AgentEvent = { type: 'following', at: 1, source, context: 'kind-kind' };
const reconciled = (commit: string): AgentEvent[] => [
  { type: 'looked', at: 2, commit },
  start(commit, 'first'),
  { type: 'applied', at: 3, object: api, change: 'changed' },
  { type: 'applied', at: 3, object: old, change: 'unchanged' },
  { type: 'reconciled', at: 4, commit },
];

function after(...events: AgentEvent[]): AgentState {
  const state = events.reduce<AgentState | undefined>(reduceAgent, undefined);
  assert.ok(state);
  return state;
}

describe('the state of the local agent', () => {
  it('is nothing before it follows something', () => {
    assert.equal(reduceAgent(undefined, { type: 'paused', at: 1 }), undefined);
  });

  it('tells what is applied and what that changed', () => {
    const state = after(following, ...reconciled('a'));
    assert.equal(state.doing, 'rolling-out');
    assert.equal(state.settled, undefined);
    assert.equal(state.applied, 'a');
    assert.deepEqual(state.changed, [api]);
  });

  it('keeps what is applied while a newer commit fails', () => {
    const state = after(
      following,
      ...reconciled('a'),
      { type: 'looked', at: 5, commit: 'b' },
      start('b', 'new-commit'),
      { type: 'failed', at: 6, commit: 'b', failure, retryAt: 9 },
    );
    assert.equal(state.applied, 'a');
    assert.equal(state.newest, 'b');
    assert.deepEqual(state.failure, { failure, retryAt: 9, commit: 'b' });
    assert.equal(after(following, ...reconciled('a')).failure, undefined);
  });

  it('waits once the rollouts are decided, and says how', () => {
    const settled: AgentEvent = { type: 'settled', at: 5, commit: 'a', outcome: 'failed' };
    const state = after(following, ...reconciled('a'), settled);
    assert.equal(state.doing, 'waiting');
    assert.equal(state.settled, 'failed');
    assert.equal(reduceAgent(state, start('a', 'drift'))?.settled, undefined);
  });

  it('forgets a failed look with the next one that works', () => {
    const failed: AgentEvent = { type: 'failed', at: 6, commit: undefined, failure, retryAt: 9 };
    const state = after(following, failed);
    assert.ok(state.failure);
    assert.equal(reduceAgent(state, { type: 'looked', at: 7, commit: 'a' })?.failure, undefined);
  });

  it('forgets a failure only when a reconcile worked', () => {
    const failed: AgentEvent = { type: 'failed', at: 6, commit: 'a', failure, retryAt: 9 };
    assert.ok(after(following, failed, { type: 'looked', at: 7, commit: 'a' }).failure);
    assert.equal(after(following, failed, ...reconciled('a')).failure, undefined);
  });

  it('shows drift until it is repaired, and then what was repaired', () => {
    const drifted: AgentEvent = { type: 'drifted', at: 5, objects: drift };
    const seen = after(following, ...reconciled('a'), drifted);
    assert.deepEqual(seen.drift, drift);
    const repaired = after(following, ...reconciled('a'), drifted, start('a', 'drift'), {
      type: 'reconciled',
      at: 8,
      commit: 'a',
    });
    assert.deepEqual(repaired.drift, []);
    assert.deepEqual(repaired.repaired, { at: 8, objects: drift });
  });

  it('drops verdicts of another commit, and keeps those of the same', () => {
    const verdict: AgentEvent = {
      type: 'verdict',
      at: 4,
      workload: api,
      verdict: { state: 'healthy', sentence: 'api is healthy' },
    };
    assert.equal(after(following, ...reconciled('a'), verdict, start('b', 'new-commit')).verdicts.size, 0);
    assert.equal(after(following, ...reconciled('a'), verdict, start('a', 'drift')).verdicts.size, 1);
  });

  it('stays paused when a look fails', () => {
    const state = after(
      following,
      { type: 'paused', at: 2 },
      {
        type: 'failed',
        at: 3,
        commit: undefined,
        failure,
        retryAt: 4,
      },
    );
    assert.equal(state.doing, 'paused');
    assert.equal(reduceAgent(state, { type: 'resumed', at: 5 })?.doing, 'looking');
  });
});
