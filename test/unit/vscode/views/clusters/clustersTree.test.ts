import assert from 'node:assert/strict';
import { readPod } from '../../../../../src/domain/workloads/readPod.ts';
import type { FeedState } from '../../../../../src/engine/feeds/feedState.ts';
import type { ClustersState } from '../../../../../src/vscode/state/clusters/clustersState.ts';
import { clustersTree } from '../../../../../src/vscode/views/clusters/clustersTree.ts';
import {
  makeClustersState,
  makeContext,
  makeContexts,
  makeOpened,
  makeTables,
  podObject,
  putDeployment,
  withOpened,
} from '../../../../support/clusterStates.ts';
import { allNodes, drawTree } from '../../../../support/drawTree.ts';

const minute = 60_000;
const check = (state: ClustersState, ...lines: readonly string[]) =>
  assert.equal(drawTree(clustersTree(state, 5 * minute)), lines.join('\n'));
const failure = {
  code: 'cluster-unreachable',
  what: 'The cluster cannot be reached',
  why: 'no connection within 10 s',
  next: 'Check the VPN.',
} as const;
const crashing = { ready: false, restarts: 3, state: { waiting: { reason: 'CrashLoopBackOff' } } };

describe('clustersTree', () => {
  it('shows contexts without asking them, those of environments first', () => {
    const contexts = ['a-prod', 'kind-dev', 'z-stage'].map((name) => makeContext(name));
    const state = makeClustersState({
      contexts: { kind: 'read', contexts: makeContexts(contexts, { current: 'kind-dev' }) },
      environments: new Map([['z-stage', ['stage']]]),
    });
    assert.deepEqual(
      clustersTree(state, 0).map(({ label, description, expanded }) => [label, description, expanded]),
      [
        ['z-stage', 'stage', false],
        ['kind-dev', 'current', false],
        ['a-prod', '', false],
      ],
    );
  });

  it('says that a certificate is not checked', () => {
    const contexts = makeContexts([makeContext('kind-dev', { insecure: true })]);
    const [node] = clustersTree(makeClustersState({ contexts: { kind: 'read', contexts } }), 0);
    assert.equal(node?.description, 'certificate not checked');
    assert.match(node?.spoken ?? '', /certificate not checked/);
  });

  it('shows healthy workloads down to their containers', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api', [{}, { restarts: 2 }]);
    check(
      withOpened(makeOpened(tables)),
      'server kind-dev',
      '  symbol-namespace shop | 1',
      '    pass api | 2/2 · ↻2 · main-abc1234 · 5 min',
      '      pass 0 | 1/1 · 5 min · 1',
      '        pass main | main-abc1234 0123456',
      '      pass 1 | 1/1 · ↻2 · 5 min · 1',
      '        pass main | main-abc1234 0123456 · ↻2',
    );
  });

  it('says in a line of its own why a workload is not healthy, and what to do', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api', [crashing]);
    const state = withOpened(makeOpened(tables));
    check(
      state,
      'server kind-dev | 1 unhealthy',
      '  symbol-namespace shop | 1 · 1 unhealthy',
      '    error api | 0/1 · CrashLoopBackOff · ↻3 · main-abc1234 · 5 min',
      '      lightbulb Why | main crashes again and again, 3 restarts',
      '      error 0 | 0/1 · CrashLoopBackOff · ↻3 · 5 min · 1',
      '        error main | CrashLoopBackOff · main-abc1234 0123456 · ↻3',
    );
    const verdict = allNodes(clustersTree(state, 5 * minute)).find(({ context }) => context === 'verdict');
    assert.match(verdict?.tooltip ?? '', /\n→ /);
  });

  it("puts this workspace's services and their namespaces first", () => {
    const tables = makeTables();
    putDeployment(tables, 'default', 'zebra', [{}]);
    putDeployment(tables, 'shop', 'ant', [{}]);
    putDeployment(tables, 'shop', 'api', [{}]);
    const own = [{ name: 'api', matches: 'shop/api', repository: 'localhost:5001/shop/api' }];
    const [cluster] = clustersTree(withOpened(makeOpened(tables, {}, own)), 0);
    const namespaces = cluster?.children?.() ?? [];
    assert.deepEqual(
      namespaces.map(({ label, expanded }) => [label, expanded]),
      [
        ['shop', true],
        ['default', false],
      ],
    );
    assert.deepEqual(
      namespaces[0]?.children?.().map(({ label, context }) => [label, context]),
      [
        ['api', 'workload.Deployment.ours'],
        ['ant', 'workload.Deployment'],
      ],
    );
  });

  it('leads from a verdict to the manifests only where they are of this workspace', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api', [crashing]);
    putDeployment(tables, 'shop', 'other', [crashing]);
    const own = [{ name: 'api', matches: 'shop/api', repository: 'localhost:5001/shop/api' }];
    const verdicts = allNodes(clustersTree(withOpened(makeOpened(tables, {}, own)), 0)).filter(
      ({ context }) => context.startsWith('verdict'),
    );
    assert.deepEqual(
      verdicts.map(({ context, target }) => [target.cluster?.object?.name, context]),
      [
        ['api', 'verdict.ours'],
        ['other', 'verdict'],
      ],
    );
  });

  it('shows pods without a workload', () => {
    const tables = makeTables();
    const pod = readPod(podObject('shop', 'debug', 'busybox'));
    tables.takePods([{ after: pod }]);
    check(
      withOpened(makeOpened(tables)),
      'server kind-dev',
      '  symbol-namespace shop | 1',
      '    pass debug | 1/1 · 5 min',
      '      pass main | busybox 0123456',
    );
  });

  describe('with a filter', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api', [{}]);
    putDeployment(tables, 'shop', 'web', [crashing]);
    putDeployment(tables, 'other', 'db', [{}]);
    const labelsWith = (filter: ClustersState['filter']) =>
      allNodes(clustersTree(withOpened(makeOpened(tables), { filter }), 0))
        .filter(({ context }) => /^(workload|filteredOut)/.test(context))
        .map(({ label }) => label);

    it('shows only what passes', () => {
      assert.deepEqual(labelsWith({}), ['db', 'api', 'web']);
      assert.deepEqual(labelsWith({ onlyUnhealthy: true }), ['web']);
      assert.deepEqual(labelsWith({ namespaces: ['other'] }), ['db']);
      assert.deepEqual(labelsWith({ text: 'AP' }), ['api']);
    });

    it('says when nothing passes', () => {
      assert.deepEqual(labelsWith({ text: 'nothing' }), ['Nothing passes the filter']);
      assert.deepEqual(labelsWith({ onlyOurs: true }), ['Nothing passes the filter']);
    });
  });

  describe('when a cluster does not answer', () => {
    const stateWith = (state: FeedState, wasRead: boolean) => {
      const tables = makeTables();
      if (wasRead) putDeployment(tables, 'shop', 'api', [{}]);
      return withOpened(makeOpened(tables, { status: { state, parts: [], hidden: [] }, wasRead }));
    };

    it('says so, why, and when it tries again', () =>
      check(
        stateWith({ kind: 'stale', since: 0, failure, nextTry: 5 * minute + 12_000 }, false),
        'warning kind-dev | not reachable',
        '  warning The cluster cannot be reached | again in 12 s · no connection within 10 s',
      ));

    it('goes on showing what was true, and how old that is', () => {
      const nodes = clustersTree(
        stateWith({ kind: 'stale', since: 3 * minute, failure, nextTry: 10 * minute }, true),
        5 * minute,
      );
      assert.match(
        drawTree(nodes),
        /^warning kind-dev \| as of 2 min ago\n {2}warning As of 2 min ago \| again in 5 min · The cluster cannot be reached\n {2}symbol-namespace shop/,
      );
    });

    it('says what the user may not do', () =>
      check(
        stateWith(
          {
            kind: 'denied',
            since: 0,
            failure: { ...failure, what: 'You may not do this' },
            nextTry: 6 * minute,
          },
          false,
        ),
        'lock kind-dev | not allowed',
        '  warning You may not do this | again in 60 s · no connection within 10 s',
      ));

    it('is reading at first', () => {
      const loading = stateWith({ kind: 'loading', since: 0 }, false);
      check(loading, 'loading~spin kind-dev', '  loading~spin Connecting…');
    });
  });

  it('tells what is hidden, of the cluster and of a namespace', () => {
    const tables = makeTables();
    const forbidden = { ...failure, code: 'cluster-forbidden', why: 'jobs may not be listed' } as const;
    const hidden = [
      { kind: 'Job', failure: forbidden },
      { kind: 'Pod', namespace: 'secret', failure: forbidden },
    ];
    check(
      withOpened(makeOpened(tables, { status: { state: { kind: 'live', since: 0 }, parts: [], hidden } })),
      'server kind-dev',
      '  lock Hidden from you | Job',
      '  symbol-namespace secret | 0',
      '    lock Hidden from you | Pod',
    );
  });

  it('shows how old it is when nobody looked for a while', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api', [{}]);
    const [node] = clustersTree(withOpened(makeOpened(tables, { paused: 2 * minute })), 5 * minute);
    assert.equal(node?.description, 'as of 3 min ago');
  });

  it('shows where port-forwards lead', () => {
    const forward = {
      id: '1',
      context: 'kind-dev',
      namespace: 'shop',
      kind: 'Deployment',
      name: 'api',
      remotePort: 8080,
      localPort: 8080,
      state: { kind: 'ready', pod: 'api-1-0' },
    } as const;
    const waiting = { ...forward, id: '2', localPort: 8081, state: { kind: 'waiting' } } as const;
    check(
      makeClustersState({ forwards: [forward, waiting] }),
      'plug Port Forwards | 2',
      '  pass localhost:8080 | → api:8080',
      '  warning localhost:8081 | → api:8080 · waits',
      'server kind-dev',
      '  loading~spin Connecting…',
    );
  });

  it('lets no text from the cluster reorder or hide what is shown', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api\u202e', [{}]);
    for (const { label, tooltip, spoken, description } of allNodes(
      clustersTree(withOpened(makeOpened(tables)), 0),
    ))
      for (const text of [label, tooltip, spoken, description]) assert.doesNotMatch(text ?? '', /\u202e/);
  });

  it('gives every node an id of its own, and words for those who listen', () => {
    const tables = makeTables();
    putDeployment(tables, 'shop', 'api', [crashing, {}]);
    putDeployment(tables, 'other', 'api', [{}]);
    const nodes = allNodes(clustersTree(withOpened(makeOpened(tables)), 0));
    assert.equal(new Set(nodes.map(({ id }) => id)).size, nodes.length);
    for (const { spoken, label } of nodes) assert.ok(spoken.length > 0, label);
  });
});
