import assert from 'node:assert/strict';
import { TowlineError } from '../../../../../src/domain/errors/towlineError.ts';
import { createTrails } from '../../../../../src/vscode/state/delivery/createTrails.ts';
import {
  type DeliveryStore,
  nothingDelivered,
} from '../../../../../src/vscode/state/delivery/deliveryState.ts';
import { createStateStore } from '../../../../../src/vscode/state/stateStore.ts';

const { signal } = new AbortController();
const question = { repository: '/shop/.git', commit: 'HEAD' };

function setUp(where: Parameters<typeof createTrails>[1] = async () => []) {
  const store: DeliveryStore = createStateStore(nothingDelivered);
  return { store, trails: createTrails(store, where, () => 7) };
}

describe('createTrails', () => {
  it('shows the question at once and the answer when it is there', async () => {
    const { store, trails } = setUp();
    const asking = trails.ask(question, signal);
    assert.deepEqual(
      store.state.trails.map(({ answer }) => answer.kind),
      ['asking'],
    );
    await asking;
    assert.deepEqual(store.state.trails[0]?.answer, { kind: 'found', trails: [], at: 7 });
  });

  it('keeps one answer to the same question, and the newest few of others', async () => {
    const { store, trails } = setUp();
    await trails.ask(question, signal);
    await trails.askAgain(store.state.trails[0]?.id ?? '', signal);
    assert.equal(store.state.trails.length, 1);
    for (const commit of ['a', 'b', 'c', 'd', 'e']) await trails.ask({ ...question, commit }, signal);
    assert.deepEqual(
      store.state.trails.map(({ commit }) => commit),
      ['e', 'd', 'c', 'b', 'a'],
    );
  });

  it('says why there is no answer', async () => {
    const { store, trails } = setUp(async () => {
      throw new TowlineError('commit-unknown', { why: 'none' });
    });
    await trails.ask(question, signal);
    assert.equal(store.state.trails[0]?.answer.kind, 'failed');
  });

  it('asks with the service and environment that were pointed at', async () => {
    const requests: unknown[] = [];
    const { trails } = setUp(async (_repository, request) => {
      requests.push(request);
      return [];
    });
    await trails.ask({ ...question, service: 'api', environment: 'dev' }, signal);
    assert.deepEqual(requests, [{ commit: 'HEAD', services: ['api'], environment: 'dev' }]);
  });

  it('forgets what is taken out of the view, and what was cancelled', async () => {
    const { store, trails } = setUp();
    await trails.ask(question, signal);
    trails.forget(store.state.trails[0]?.id ?? '');
    assert.deepEqual(store.state.trails, []);

    const cancel = new AbortController();
    const { store: other, trails: cancelled } = setUp(async () => {
      cancel.abort();
      throw new DOMException('Cancelled', 'AbortError');
    });
    await cancelled.ask(question, cancel.signal);
    assert.deepEqual(other.state.trails, []);
  });
});
