import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { composePorts } from '../../../src/cli/composePorts.ts';
import type { ResourceKind } from '../../../src/domain/kubernetes/resourceKind.ts';
import type { Verdict } from '../../../src/domain/verdict/verdict.ts';
import type { Workload } from '../../../src/domain/workloads/workload.ts';
import { createEngine } from '../../../src/engine/createEngine.ts';
import type { FollowedWorkloads } from '../../../src/engine/workloads/followWorkloads.ts';
import { judgeWorkload } from '../../../src/engine/workloads/judgeWorkload.ts';
import type { OpenCluster } from '../../../src/engine/workloads/openCluster.ts';
import { type ClusterContract, proofOf } from '../../support/clusterContract.ts';
import { fakeKinds } from '../../support/fakeKinds.ts';
import { useLabNamespace } from '../../support/labNamespace.ts';
import { allowContexts } from '../../support/localClusters.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

/** Says its pod's name, and once more with every request; answers with it. */
const program = `
const say = (what) => console.log(what + ' ' + process.env.HOSTNAME);
say('started');
const server = require('node:http').createServer((request, response) => { say('asked'); response.end(process.env.HOSTNAME); });
server.listen(8080);
process.on('SIGTERM', () => { say('ended'); process.exit(0); });
`;
const role: ResourceKind = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  namespaced: true,
};
const roleBinding: ResourceKind = { ...role, kind: 'RoleBinding', plural: 'rolebindings' };
const limit = 60_000;

describe('the workloads of a real cluster', function () {
  this.timeout(120_000);
  const lab = useLabNamespace();
  const dataFolder = useTemporaryFolder();
  let ending: AbortController;
  let place: ClusterContract;
  let cluster: OpenCluster;

  beforeEach(async () => {
    ending = new AbortController();
    place = await lab.open();
    allowContexts(dataFolder(), place.clusters, place.context);
    cluster = await open(process.env.TOWLINE_LAB_KUBECONFIG ?? '', place.context);
  });

  afterEach(async () => {
    ending.abort();
    cluster.dispose();
  });

  function open(kubeconfig: string, context: string): Promise<OpenCluster> {
    const ports = composePorts(
      { ...process.env, KUBECONFIG: kubeconfig },
      { allowBranches: () => Promise.resolve('declined') },
    );
    const facts = { host: 'cli', version: '0', platform: 'linux/x64', dataFolder: dataFolder() } as const;
    return createEngine(ports, facts).openCluster(context);
  }

  async function deploy(name: string, container: object = {}, replicas = 1): Promise<void> {
    const { clusters, context, namespace } = place;
    const labels = { app: name };
    const containers = [
      {
        name: 'main',
        image: process.env.TOWLINE_LAB_NODE_IMAGE ?? 'local/node:24',
        imagePullPolicy: 'IfNotPresent',
        command: ['node', '-e', program],
        ports: [{ containerPort: 8080, name: 'http' }],
        readinessProbe: { tcpSocket: { port: 8080 }, periodSeconds: 1 },
        ...container,
      },
    ];
    await clusters.openForWriting(proofOf(clusters, context)).create(
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name, namespace },
        spec: {
          replicas,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { terminationGracePeriodSeconds: 5, containers } },
        },
      },
      fakeKinds.deployments,
      ending.signal,
    );
  }

  /** Looks at each change until there is what is looked for. */
  async function until<T>(followed: FollowedWorkloads, what: string, look: () => T | undefined): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const check = () => {
      const found = look();
      if (found !== undefined) resolve(found);
    };
    const listening = followed.onChange(check);
    const late = setTimeout(() => {
      reject(new Error(`${what} did not come; ${JSON.stringify(followed.status.state)}`));
    }, limit);
    check();
    try {
      return await promise;
    } finally {
      clearTimeout(late);
      listening.dispose();
    }
  }

  const find = (followed: FollowedWorkloads, name: string): Workload | undefined =>
    followed.index.find('Deployment', place.namespace, name);

  function verdictOf(followed: FollowedWorkloads, name: string): Verdict | undefined {
    const uid = find(followed, name)?.uid;
    return uid === undefined ? undefined : judgeWorkload(followed.index, uid, { now: Date.now() });
  }

  const untilHealthy = (followed: FollowedWorkloads, name: string): Promise<Workload> =>
    until(followed, `healthy ${name}`, () =>
      verdictOf(followed, name)?.state === 'healthy' ? find(followed, name) : undefined,
    );

  it('are found with their pods, and judged as they change', async () => {
    assert.match(await cluster.probe(ending.signal), /^v1\.\d+/);
    const followed = cluster.followWorkloads({}, ending.signal);
    await deploy('web');
    await deploy('broken', { image: 'localhost:5999/shop/nothing:1' });
    const { uid } = await untilHealthy(followed, 'web');
    const { pods = [], replicaSets = [] } = followed.index.group(uid) ?? {};
    assert.equal(pods.length, 1);
    assert.equal(replicaSets.length, 1);
    assert.equal(pods[0]?.containers[0]?.ports[0]?.port, 8080);
    const verdict = await until(followed, 'a reason', () => {
      const found = verdictOf(followed, 'broken');
      return found?.state === 'stuck' || found?.state === 'failed' ? found : undefined;
    });
    assert.match(verdict.sentence, /localhost:5999\/shop\/nothing:1/);
    assert.equal(followed.status.state.kind, 'live');
    assert.deepEqual(followed.status.hidden, []);
    assert.ok(followed.index.nodes().length > 0);
    assert.ok(followed.index.namespaces().includes(place.namespace));
    ending.abort();
    await followed.ended;
  });

  it('are seen by a limited user as far as that may see, and what is hidden is told', async () => {
    await deploy('web');
    const limited = await open(await limitUser(), 'limited');
    const followed = limited.followWorkloads({}, ending.signal);
    await untilHealthy(followed, 'web');
    const { state, parts, hidden } = await until(followed, 'all parts', () =>
      followed.status.state.kind === 'live' ? followed.status : undefined,
    );
    assert.equal(state.kind, 'live');
    const pods = parts.filter(({ kind }) => kind === 'Pod');
    assert.deepEqual(
      pods.map((part) => [part.namespace, part.state.kind]),
      [[place.namespace, 'live']],
    );
    assert.ok(hidden.every(({ failure }) => failure.code === 'cluster-forbidden'));
    assert.ok(hidden.some(({ kind, namespace }) => kind === 'Pod' && namespace === undefined));
    assert.ok(hidden.some(({ kind, namespace }) => kind === 'StatefulSet' && namespace === place.namespace));
    assert.deepEqual(followed.index.namespaces(), [place.namespace]);
    limited.dispose();
  });

  it('are restarted, scaled and deleted, with their logs followed and a port forwarded all the while', async () => {
    await deploy('web');
    const followed = cluster.followWorkloads({ namespace: place.namespace }, ending.signal);
    const web = await untilHealthy(followed, 'web');
    const source = { kind: 'Deployment', namespace: place.namespace, name: 'web' } as const;
    const podOf = (): string => followed.index.group(web.uid)?.pods.find(({ ready }) => ready)?.name ?? '';
    const first = podOf();

    let log = '';
    const reading = (async () => {
      for await (const text of cluster.followLogs(source, { follow: true }, ending.signal)) log += text;
    })();
    assert.deepEqual(await cluster.listPorts(source, ending.signal), [
      { port: 8080, name: 'http', container: 'main' },
    ]);
    const forwarding = await cluster.forward(source, { port: 8080, localPort: 0 }, ending.signal);
    const ask = async () => (await fetch(`http://127.0.0.1:${forwarding.localPort}/`)).text();
    assert.equal(await ask(), first);

    assert.equal((await cluster.actions.judge(ending.signal)).local, true);
    await cluster.actions.restart(web, ending.signal);
    const second = await until(followed, 'the next pod', () => {
      const all = followed.index.group(web.uid)?.pods ?? [];
      const name = podOf();
      return name !== '' && name !== first && all.length === 1 ? name : undefined;
    });
    // The forward may hear of it a moment later than the index.
    if (forwarding.state.kind !== 'ready' || forwarding.state.pod !== second)
      await new Promise<void>((resolve) => forwarding.onChange(resolve));
    assert.equal(await ask(), second);
    assert.deepEqual(forwarding.state, { kind: 'ready', pod: second });

    await cluster.actions.scale(web, 0, ending.signal);
    await until(followed, 'no pods', () =>
      followed.index.group(web.uid)?.pods.length === 0 ? true : undefined,
    );
    await cluster.actions.delete(web, ending.signal);
    await until(followed, 'its end', () => (find(followed, 'web') ? undefined : true));
    await reading;
    const lines = log.trimEnd().split('\n').sort();
    const expected = [first, second].flatMap((pod) =>
      ['asked', 'ended', 'started'].map((what) => `[${pod}] ${what} ${pod}`),
    );
    assert.deepEqual(lines, expected.sort());
  });

  it('are not touched where the cluster is not proven local', async () => {
    await deploy('web');
    writeFileSync(join(dataFolder(), 'local-clusters.yaml'), 'clusters: []\n');
    const web = { kind: 'Deployment', namespace: place.namespace, name: 'web' };
    const judged = await cluster.actions.judge(ending.signal);
    assert.ok(!judged.local && judged.why !== '' && judged.next !== '');
    for (const work of [
      () => cluster.actions.restart(web, ending.signal),
      () => cluster.actions.scale(web, 0, ending.signal),
      () => cluster.actions.delete(web, ending.signal),
    ])
      await assert.rejects(work, { code: 'cluster-not-local' });
  });

  it('are described with their events, and without what is secret', async () => {
    const { clusters, context, namespace } = place;
    const writes = clusters.openForWriting(proofOf(clusters, context));
    const metadata = { name: 'keys', namespace };
    const data = { password: Buffer.from('canary-7f3a').toString('base64') };
    await writes.create(
      { apiVersion: 'v1', kind: 'Secret', metadata, data },
      fakeKinds.secrets,
      ending.signal,
    );
    const secret = await cluster.describe({ kind: 'Secret', namespace, name: 'keys' }, ending.signal);
    assert.match(secret, /password: \(hidden, \d+ characters\)/);
    assert.ok(!secret.includes(data.password));

    await deploy('broken', { image: 'localhost:5999/shop/nothing:1' });
    const followed = cluster.followWorkloads({ namespace }, ending.signal);
    const pod = await until(followed, 'an event', () => {
      const uid = find(followed, 'broken')?.uid;
      const [one] = (uid === undefined ? undefined : followed.index.group(uid)?.pods) ?? [];
      return one && followed.index.events(one.uid).length > 0 ? one : undefined;
    });
    const text = await cluster.describe(pod, ending.signal);
    assert.match(text, /^# Left out: managedFields\napiVersion: v1\nkind: Pod\n/);
    assert.match(text, /\n# Events, newest first\n/);
    assert.match(text, /Warning Failed/);
    const events = await cluster.listEvents(pod, ending.signal);
    assert.ok(events.some(({ reason }) => reason === 'Scheduled'));
    await assert.rejects(cluster.describe({ ...pod, uid: 'another' }, ending.signal), {
      code: 'object-missing',
    });
  });

  /** Who may look at pods, Deployments and ReplicaSets of the test's namespace, and at nothing else. */
  async function limitUser(): Promise<string> {
    const { clusters, context, namespace } = place;
    const writes = clusters.openForWriting(proofOf(clusters, context));
    const metadata = { name: 'looker', namespace };
    const { signal } = ending;
    await writes.create(
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
      fakeKinds.serviceAccounts,
      signal,
    );
    const verbs = ['get', 'list', 'watch'];
    const rules = [
      { apiGroups: [''], resources: ['pods'], verbs },
      { apiGroups: ['apps'], resources: ['deployments', 'replicasets'], verbs },
    ];
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    await writes.create({ apiVersion, kind: 'Role', metadata, rules }, role, signal);
    const subjects = [{ kind: 'ServiceAccount', name: 'looker', namespace }];
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'looker' };
    await writes.create(
      { apiVersion, kind: 'RoleBinding', metadata, subjects, roleRef },
      roleBinding,
      signal,
    );
    const token = await readToken(namespace);
    const own = join(dataFolder(), 'limited.kubeconfig');
    // The lab's is JSON.
    const given = JSON.parse(readFileSync(process.env.TOWLINE_LAB_KUBECONFIG ?? '', 'utf8'));
    const config = {
      ...given,
      'current-context': 'limited',
      users: [{ name: 'looker', user: { token } }],
      contexts: [
        { name: 'limited', context: { cluster: given.clusters[0].name, user: 'looker', namespace } },
      ],
    };
    writeFileSync(own, JSON.stringify(config));
    return own;
  }

  /** A Kubernetes of before 1.24 makes one for each account, a moment later. */
  async function readToken(namespace: string): Promise<string> {
    const reads = place.clusters.connect(place.context);
    const { signal } = ending;
    const query = { namespace, fields: 'type=kubernetes.io/service-account-token' };
    const found = Promise.withResolvers<string>();
    const take = (object: { readonly metadata: object; readonly [field: string]: unknown }) => {
      const { annotations } = object.metadata as { annotations?: Record<string, string> };
      const { token } = (object.data ?? {}) as { token?: string };
      if (annotations?.['kubernetes.io/service-account.name'] === 'looker' && token !== undefined)
        found.resolve(Buffer.from(token, 'base64').toString());
    };
    const { items, resourceVersion } = await reads.list(fakeKinds.secrets, query, {}, signal);
    items.forEach(take);
    const watched = new AbortController();
    reads
      .watch(
        fakeKinds.secrets,
        query,
        { resourceVersion, timeoutSeconds: 30 },
        (event) => {
          if ('object' in event) take(event.object);
        },
        watched.signal,
      )
      .then(() => found.reject(new Error('no token was made')), found.reject);
    try {
      return await found.promise;
    } finally {
      watched.abort();
    }
  }
});
