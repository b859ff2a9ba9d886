import assert from 'node:assert/strict';
import { TowlineError } from '../../../../../src/domain/errors/towlineError.ts';
import type { RehearsalEvent } from '../../../../../src/domain/rehearsal/rehearsalEvent.ts';
import type { KnownRehearsal } from '../../../../../src/engine/rehearsal/leftRehearsals.ts';
import {
  createRehearsals,
  type RehearsalEngine,
} from '../../../../../src/vscode/state/delivery/createRehearsals.ts';
import {
  type DeliveryStore,
  nothingDelivered,
} from '../../../../../src/vscode/state/delivery/deliveryState.ts';
import { createStateStore } from '../../../../../src/vscode/state/stateStore.ts';
import { deliveryTree } from '../../../../../src/vscode/views/delivery/deliveryTree.ts';
import { allNodes, drawTree } from '../../../../support/drawTree.ts';

const api = { group: 'apps', kind: 'Deployment', namespace: 'shop', name: 'api' };
const conclusion = {
  outcome: 'healthy',
  sentence: 'rehearsed 2 of 3 objects: api is healthy',
  verdicts: [],
} as const;
const begun: readonly RehearsalEvent[] = [
  {
    type: 'started',
    id: 'abc',
    environment: 'dev',
    context: 'kind-dev',
    because: 'it is a kind cluster',
    head: { kind: 'proposal', branch: 'towline/dev/api' },
    headCommit: 'abcdef0123',
    base: 'main',
    baseCommit: '0123456789',
    notes: [],
  },
  {
    type: 'rendered',
    renderer: 'plain' as never,
    objects: 3,
    changed: [{ object: api, change: 'changed', before: 'a: 1\n', after: 'a: 2\n', text: '-a: 1\n+a: 2\n' }],
    warnings: [],
  },
  {
    type: 'planned',
    namespace: 'towline-dev-abc',
    objects: [api],
    skipped: [
      { object: { ...api, kind: 'ClusterRole', name: 'all' }, why: 'it belongs to the cluster', runs: false },
    ],
    notes: [],
  },
  { type: 'namespace-made', namespace: 'towline-dev-abc' },
  { type: 'dry-run', results: [{ object: api, changes: [] }] },
  { type: 'applied', object: api, done: 1, of: 1 },
];
const kept: readonly RehearsalEvent[] = [
  {
    type: 'verdict',
    workload: api,
    verdict: { state: 'healthy', sentence: 'api is healthy: 1 of 1 pod is ready' },
  },
  { type: 'concluded', conclusion },
  { type: 'kept', addresses: [{ service: 'api', port: 80, url: 'http://127.0.0.1:43127' }] },
];
const removed: readonly RehearsalEvent[] = [
  { type: 'cleaning', namespace: 'towline-dev-abc' },
  { type: 'ended', cleanUp: { kind: 'removed' } },
];
const left: KnownRehearsal = {
  id: 'old',
  namespace: 'towline-dev-old',
  owner: '1',
  environment: 'dev',
  head: 'branch x at 1234567',
  started: '1970-01-01T00:00:00Z',
  context: 'kind-dev',
  server: 'https://127.0.0.1:1',
  standing: 'left',
};

function setUp(change: Partial<RehearsalEngine> = {}) {
  const store: DeliveryStore = createStateStore(nothingDelivered);
  const engine: RehearsalEngine = {
    async rehearse(_repository, _request, { onEvent, whileKept }, signal) {
      for (const event of [...begun, ...kept]) onEvent(event);
      await whileKept?.([], signal);
      for (const event of removed) onEvent(event);
      return { conclusion, cleanUp: { kind: 'removed' } };
    },
    list: async () => [left, { ...left, id: 'going', standing: 'running' }],
    clean: async () => ({ kind: 'removed' }),
    ...change,
  };
  const rehearsals = createRehearsals(store, engine, () => 0);
  const draw = (): string => drawTree(deliveryTree(store.state, 60_000));
  return { store, rehearsals, draw };
}

const start = ({ rehearsals }: ReturnType<typeof setUp>) =>
  rehearsals.start('/shop/.git', 'dev', { kind: 'proposal', service: 'api' });

describe('a rehearsal in the Delivery view', () => {
  it('stays with its addresses until it is ended, and is removed then', async () => {
    const parts = setUp();
    const ended = start(parts);
    assert.equal(
      parts.draw(),
      [
        'pass Rehearsal of dev | healthy · stays until ended',
        '  pass Healthy | rehearsed 2 of 3 objects: api is healthy',
        '  plug 127.0.0.1:43127 | → api:80',
        '  diff Rendered | 3 objects, 1 changed',
        '    diff-modified Deployment api',
        '  warning Not rehearsed | 1',
        '    warning ClusterRole all',
        '  beaker Dry run | 1',
        '    pass Deployment api',
        '  pass Deployment | api is healthy: 1 of 1 pod is ready',
      ].join('\n'),
    );
    parts.rehearsals.end('1');
    assert.match(parts.draw(), /removing…/);
    assert.equal((await ended).isOver, true);
    assert.match(parts.draw(), /^pass Rehearsal of dev \| healthy\n/);
    assert.doesNotMatch(parts.draw(), /127\.0\.0\.1/);
  });

  it('says what it is doing', () => {
    const words: string[] = [];
    const parts = setUp({
      rehearse(_repository, _request, { onEvent }) {
        for (const event of begun) {
          onEvent(event);
          words.push(deliveryTree(parts.store.state, 0)[0]?.description ?? '');
        }
        return Promise.withResolvers<never>().promise;
      },
    });
    void start(parts);
    assert.deepEqual(words, ['rendering…', 'dry run…', 'dry run…', 'dry run…', 'applying…', 'rolling out…']);
  });

  it('is cancelled when it is ended before its conclusion', async () => {
    const parts = setUp({
      rehearse: (_repository, _request, _options, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        ),
    });
    const ended = start(parts);
    parts.rehearsals.end('1');
    assert.deepEqual(await ended.then(({ failure, isOver }) => [failure, isOver]), [undefined, true]);
    assert.match(parts.draw(), /^circle-slash Rehearsal of dev \| ended early/);
  });

  it('says why it did not come to a conclusion', async () => {
    const parts = setUp({
      async rehearse() {
        throw new TowlineError('cluster-not-local', { why: 'No cluster is local.' });
      },
    });
    await start(parts);
    assert.match(parts.draw(), /^error Rehearsal of dev \| .+\n {2}error Why \| No cluster is local\./);
  });

  it('shows what was left behind, and takes it away when asked', async () => {
    const parts = setUp();
    await parts.rehearsals.findLeft(['/shop/.git']);
    assert.equal(parts.draw(), 'warning Left behind | towline-dev-old · 1 min');
    assert.equal(await parts.rehearsals.removeLeft('old', new AbortController().signal), undefined);
    assert.equal(parts.draw(), '');
  });

  it('keeps what could not be removed, and says why', async () => {
    const parts = setUp({ clean: async () => ({ kind: 'left', why: 'no answer' }) });
    await parts.rehearsals.findLeft(['/shop/.git']);
    assert.equal(await parts.rehearsals.removeLeft('old', new AbortController().signal), 'no answer');
    assert.equal(parts.store.state.left.length, 1);
  });

  it('is removed when the window goes', async () => {
    const parts = setUp();
    void start(parts);
    await parts.rehearsals.stop();
    assert.equal(parts.store.state.rehearsals[0]?.cleanUp?.kind, 'removed');
  });

  it('gives every node an id of its own, and words for those who listen', () => {
    const parts = setUp();
    void start(parts);
    const nodes = allNodes(deliveryTree(parts.store.state, 0));
    assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
    for (const { spoken, label } of nodes) assert.ok(spoken.length > 0, label);
  });
});
