import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listOf, specOf } from '../../src/domain/kubernetes/objectFields.ts';
import { commitAndPush, mergeProposals, sendShopTo } from '../lab/clusterShop.ts';
import { openDemoShop } from '../lab/demoShop.ts';
import { forgetAgents, waitForEvent } from '../support/agentWorkspace.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, startTowline, stepsOf, towline, waitUntil } from '../support/cliProcess.ts';
import { proposalBranches } from '../support/cliWorkspace.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { allowContexts } from '../support/localClusters.ts';
import { patience } from '../support/patience.ts';
import { skipTest } from '../support/skipTest.ts';
import { startSteadyClient } from '../support/steadyClient.ts';

const sample = join(import.meta.dirname, '../../media/sample');
const limit = 600_000 * patience;

describe('the whole workflow, on a registry, a remote and a cluster', function () {
  this.timeout(limit);
  const { signal } = new AbortController();
  let remote = '';
  afterEach(() => forgetAgents(lab.clusters, lab.context, remote));
  const cli = useCliLab();
  const lab = useLabNamespace();
  beforeEach(function () {
    this.currentTest?.timeout(limit);
  });

  it('brings a commit from its tests to ready pods, and loses no request on the way', async function () {
    const node = process.env.TOWLINE_LAB_NODE_IMAGE;
    const python = process.env.TOWLINE_LAB_PYTHON_IMAGE;
    if (!node || !python) skipTest(this, 'TOWLINE_LAB_NODE_IMAGE names no base image');
    const { clusters, context, namespace } = await lab.open();
    const workspace = cli.makeWorkspace();
    const images = { node, python, standIns: !node.startsWith('node:') };
    const shop = await openDemoShop(sample, join(workspace.sandbox.folder, 'shop'), images, {
      fresh: true,
      choosePort: () => Promise.resolve(cli.registry.port),
    });
    remote = shop.remote;
    await sendShopTo(shop, { context, namespace });
    allowContexts(workspace.environment.TOWLINE_DATA ?? '', clusters, context);
    const kubeconfig = process.env.TOWLINE_LAB_KUBECONFIG ?? '';
    const place = {
      folder: shop.repository,
      environment: { ...workspace.environment, KUBECONFIG: kubeconfig },
    };
    const onRemote = (...args: readonly string[]) => workspace.sandbox.git(shop.remote, ...args);

    // From source to the first pods.
    const first = await towline(place, 'run', '--env', 'dev', '--yes', '--json');
    assertExit(first, 0);
    assert.deepEqual(proposalBranches({ ...workspace, remoteGit: onRemote }), [
      'towline/dev/api',
      'towline/dev/pricing',
    ]);
    assert.equal((await mergeProposals(shop)).length, 2);
    const agent = startTowline(place, 'agent', '--env', 'dev', '--json');
    let { event: settled, next } = await waitForEvent(agent, 'settled');
    assert.equal(settled.outcome, 'healthy', agent.stdout);

    // Somebody uses it from now on.
    const service = await clusters.connect(context).get(fakeKinds.services, namespace, 'api', signal);
    assert.ok(service);
    const port = listOf(specOf(service).ports)[0]?.nodePort;
    const address = `http://127.0.0.1:${port}/products/mug`;
    // The node learns of a new service in its own time; nobody was promised an answer before.
    let inARow = 0;
    await waitUntil('the service answers on the node', async () => {
      const { ok } = await fetch(address, { signal: AbortSignal.timeout(2_000) }).catch(() => ({
        ok: false,
      }));
      inARow = ok ? inARow + 1 : 0;
      return inARow >= 10;
    });
    const client = startSteadyClient(address, { senders: 4, most: 20_000 });

    // One line is changed.
    const file = join(shop.repository, 'services/api/src/products.js');
    const source = await readFile(file, 'utf8');
    await writeFile(file, source.replace("name: 'Mug'", "name: 'Cup'"));
    const commit = await commitAndPush(shop.repository, 'Call a mug a cup');
    const second = await towline(place, 'run', '--env', 'dev', '--yes', '--json');
    assertExit(second, 0);
    assert.ok(stepsOf(second).includes('api build passed'));
    assert.deepEqual(await mergeProposals(shop), ['towline/dev/api']);
    const merge = onRemote('rev-parse', 'main');

    // The agent pulls it, and no request is lost while one pod follows the other.
    // The changed source was a commit of that branch, too.
    for (let pulled = ''; pulled !== merge; ) {
      const { event, next: after } = await waitForEvent(agent, 'reconciled', next);
      pulled = event.commit;
      ({ event: settled, next } = await waitForEvent(agent, 'settled', after));
    }
    assert.equal(settled.outcome, 'healthy', agent.stdout);
    await untilGone(namespace, outputOf(first, 'api', 'push').tag);
    await client.stop();
    assert.deepEqual(client.lost, []);
    const cups = [...client.answers].filter(([text]) => text.includes('Cup')).map(([, count]) => count);
    const mugs = [...client.answers].filter(([text]) => text.includes('Mug')).map(([, count]) => count);
    assert.ok((cups[0] ?? 0) > 0 && (mugs[0] ?? 0) > 0, JSON.stringify([...client.answers]));

    // And everybody can see where the commit is.
    const where = await towline(place, 'where', commit, '--service', 'api', '--env', 'dev', '--json');
    assertExit(where, 0);
    const links = JSON.parse(where.stdout).links.map(
      ({ link, state }: { readonly link: string; readonly state: string }) => `${link} ${state}`,
    );
    assert.deepEqual(links, [
      'commit done',
      'image done',
      'proposal done',
      'merge done',
      'agent done',
      'pods done',
    ]);
    agent.kill('SIGINT');
    await agent.ended;

    /** Until no pod runs an image with this tag any more: the old one has said its farewell. */
    async function untilGone(inNamespace: string, tag: string): Promise<void> {
      const reads = clusters.connect(context);
      const isGone = async () => {
        const { items } = await reads.list(fakeKinds.pods, { namespace: inNamespace }, {}, signal);
        return !items.some((pod) => JSON.stringify(pod.spec).includes(`/api:${tag}`));
      };
      await waitUntil(`no pod runs ${tag}`, isGone, limit);
    }
  });
});
