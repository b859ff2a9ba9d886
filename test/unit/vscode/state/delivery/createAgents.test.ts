import assert from 'node:assert/strict';
import { TowlineError } from '../../../../../src/domain/errors/towlineError.ts';
import type { AgentEvent } from '../../../../../src/domain/localAgent/agentEvent.ts';
import { type AgentEngine, createAgents } from '../../../../../src/vscode/state/delivery/createAgents.ts';
import {
  type DeliveryStore,
  nothingDelivered,
} from '../../../../../src/vscode/state/delivery/deliveryState.ts';
import { createStateStore } from '../../../../../src/vscode/state/stateStore.ts';
import { deliveryTree } from '../../../../../src/vscode/views/delivery/deliveryTree.ts';
import { drawTree } from '../../../../support/drawTree.ts';

const commit = 'abcdef0123';
const source = { environment: 'dev', repository: '/shop', branch: 'main', path: 'deploy/dev' };
const name = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'api' };
const following: readonly AgentEvent[] = [
  { type: 'following', at: 0, source, context: 'kind-dev' },
  { type: 'looked', at: 0, commit },
];
const healthy: readonly AgentEvent[] = [
  { type: 'reconcile-started', at: 0, commit, why: 'first', objects: 2 },
  { type: 'applied', at: 0, object: name, change: 'created' },
  { type: 'reconciled', at: 0, commit },
  { type: 'settled', at: 0, commit, outcome: 'healthy' },
];

function setUp(follow?: AgentEngine['follow']) {
  const store: DeliveryStore = createStateStore(nothingDelivered);
  const asked: unknown[] = [];
  let tell: (event: AgentEvent) => void = () => undefined;
  const agents = createAgents(store, {
    follow:
      follow ??
      ((_repository, _environment, onEvent, signal) => {
        tell = onEvent;
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        );
      }),
    ask: async (repository, environment, wish) => void asked.push([repository, environment, wish]),
  });
  const draw = (): string => drawTree(deliveryTree(store.state, 60_000));
  const tellAll = (events: readonly AgentEvent[]): void => {
    for (const event of events) tell(event);
  };
  return { store, agents, asked, draw, tellAll, id: JSON.stringify(['/shop/.git', 'dev']) };
}

describe('a local agent in the Delivery view', () => {
  it('says where it stands, and what happened last', () => {
    const { agents, draw, tellAll } = setUp();
    void agents.follow('/shop/.git', 'dev');
    assert.equal(draw(), 'loading~spin dev follows its branch | starting…');
    tellAll([...following, ...healthy]);
    assert.match(draw(), /^pass dev follows main \| healthy · abcdef0\n/);
    assert.match(draw(), /\n {2}circle-small Created \| 1 min · Deployment api\n/);
  });

  it('shows drift and its repair', () => {
    const { agents, draw, tellAll } = setUp();
    void agents.follow('/shop/.git', 'dev');
    tellAll([...following, ...healthy]);
    tellAll([{ type: 'drifted', at: 0, objects: [{ name, change: ['spec.replicas'] }] }]);
    assert.match(
      draw(),
      /^warning dev follows main \| drifted · abcdef0\n {2}warning Drift \| 1 min · Deployment api: spec\.replicas\n/,
    );
    tellAll([{ type: 'reconcile-started', at: 0, commit, why: 'drift', objects: 2 }]);
    assert.match(draw(), /^loading~spin dev follows main \| applying abcdef0…\n/);
  });

  it('can be paused and resumed, whoever asks', async () => {
    const { agents, draw, tellAll, asked, id } = setUp();
    void agents.follow('/shop/.git', 'dev');
    tellAll([...following, ...healthy]);
    await agents.ask(id, 'pause', new AbortController().signal);
    assert.deepEqual(asked, [['/shop/.git', 'dev', 'pause']]);
    tellAll([{ type: 'paused', at: 0 }]);
    assert.match(draw(), /^debug-pause dev follows main \| paused · abcdef0/);
    tellAll([{ type: 'resumed', at: 0 }]);
    assert.match(draw(), /rolling out…/);
  });

  it('says what fails, and when it is tried again', () => {
    const { agents, draw, tellAll } = setUp();
    void agents.follow('/shop/.git', 'dev');
    const { failure } = new TowlineError('rendering-failed', { why: 'no kustomize' });
    tellAll([...following, { type: 'failed', at: 0, commit, failure, retryAt: 64_000 }]);
    assert.match(draw(), /^error dev follows main \| .+, again in 4 s\n/);
  });

  it('runs once for each environment, and goes on being shown when it has ended', async () => {
    const { agents, draw, id, store } = setUp();
    const ended = agents.follow('/shop/.git', 'dev');
    assert.equal(await agents.follow('/shop/.git', 'dev'), undefined);
    agents.forget(id);
    agents.end(id);
    assert.equal((await ended)?.isOver, true);
    assert.match(draw(), /^circle-slash dev follows its branch \| ended/);
    agents.forget(id);
    assert.deepEqual(store.state.agents, []);
  });

  it('says why it ended by itself', async () => {
    const { agents, draw } = setUp(async () => {
      throw new TowlineError('cluster-not-local', { why: 'prod is not local' });
    });
    await agents.follow('/shop/.git', 'dev');
    assert.match(draw(), /^error dev follows its branch \| .+\n {2}error .*prod is not local/);
  });

  it('ends with the window', async () => {
    const { agents, store } = setUp();
    void agents.follow('/shop/.git', 'dev');
    await agents.stop();
    assert.equal(store.state.agents[0]?.isOver, true);
  });
});
