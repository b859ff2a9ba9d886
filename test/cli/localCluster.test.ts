import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readKubeconfig } from '../../src/domain/kubeconfig/readKubeconfig.ts';
import { freePort } from '../support/cliLab.ts';
import { assertExit, type CliPlace, startTowline, towline, waitUntil } from '../support/cliProcess.ts';
import { docker } from '../support/cliWorkspace.ts';
import { proofOf } from '../support/clusterContract.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { patience } from '../support/patience.ts';
import { podImage } from '../support/runningPod.ts';
import { skipTest } from '../support/skipTest.ts';
import { useTemporaryFolder } from '../support/temporaryFolder.ts';

/** Answers as a registry does; the node's name for it is that of kind's recipe. */
const registry = `require('node:http').createServer((request, response) => response.end('{}')).listen(5000)`;
const kindProgram = join(import.meta.dirname, 'programs/kind.ts');

describe('towline cluster', function () {
  // Some twenty commands, each with its own containers to ask.
  this.timeout(600_000 * patience);
  const lab = useLabNamespace();
  const folder = useTemporaryFolder();
  const { signal } = new AbortController();
  const name = 'towline-test';
  const nodes = () =>
    docker('ps', '--all', '--quiet', '--filter', `label=io.x-k8s.kind.cluster=${name}`).trim();
  const removeContainers = (): void => {
    const ids = [nodes(), docker('ps', '--all', '--quiet', '--filter', 'name=^/kind-registry$').trim()];
    for (const id of ids.join('\n').split('\n').filter(Boolean)) docker('rm', '--force', '--volumes', id);
  };

  afterEach(async () => {
    removeContainers();
    if (!process.env.TOWLINE_LAB_KUBECONFIG) return;
    const writes = lab.clusters.openForWriting(proofOf(lab.clusters, lab.context));
    await writes.delete(fakeKinds.configMaps, 'kube-public', 'local-registry-hosting', {}, signal);
  });

  /** A user with a kubeconfig whose current context is production, and kind on PATH. */
  async function start(
    test: Mocha.Context,
    { kind = true, fault = '' }: { readonly kind?: boolean; readonly fault?: string } = {},
  ): Promise<CliPlace & { readonly kubeconfig: string }> {
    const reads = lab.clusters.connect(lab.context);
    const { items } = await reads.list(fakeKinds.nodes, {}, {}, signal);
    reads.dispose();
    const [node] = items;
    assert.ok(node);
    const { addresses } = node.status as { addresses: { type: string; address: string }[] };
    const host = addresses.find(({ type }) => type === 'InternalIP')?.address;
    const named = docker(
      'ps',
      '--all',
      '--quiet',
      '--filter',
      `name=^/(${node.metadata.name}|kind-registry)$`,
    );
    if (named.trim() !== '')
      skipTest(test, `a container is named ${node.metadata.name} or kind-registry already`);
    const port = await freePort();
    docker(
      'run',
      '--detach',
      '--name',
      'kind-registry',
      '--publish',
      `127.0.0.1:${port}:5000`,
      podImage,
      'node',
      '-e',
      registry,
    );
    const kubeconfig = join(folder(), 'kube', 'config');
    mkdirSync(dirname(kubeconfig));
    const prod = { name: 'prod', cluster: { server: 'https://prod.invalid' } };
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        'current-context': 'prod',
        clusters: [prod],
        contexts: [{ name: 'prod', context: { cluster: 'prod', user: '' } }],
      }),
    );
    const bin = join(folder(), 'bin');
    mkdirSync(bin);
    if (kind) {
      writeFileSync(join(bin, 'kind'), `#!/bin/sh\nexec '${process.execPath}' '${kindProgram}' "$@"\n`);
      chmodSync(join(bin, 'kind'), 0o755);
    }
    const environment = {
      PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
      HOME: folder(),
      KUBECONFIG: kubeconfig,
      TOWLINE_DATA: join(folder(), 'data'),
      KIND_TEST_IMAGE: podImage,
      KIND_TEST_NODE: node.metadata.name,
      KIND_TEST_SERVER: `${host}:${new URL(reads.context.server).port}`,
      KIND_TEST_KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '',
      KIND_TEST_FAULT: fault,
    };
    return { folder: folder(), environment, kubeconfig };
  }

  it('is created with its registry, proven local, taken over, diagnosed, repaired and deleted', async function () {
    const place = await start(this);
    const created = await towline(place, 'cluster', 'create', name);
    assertExit(created, 0);
    assert.match(created.stderr, /Registry: container kind-registry, which was there\./);
    assert.match(
      created.stdout,
      /created cluster towline-test: context kind-towline-test \(not made the current one\)/,
    );
    assert.equal(created.stdout.match(/✔/g)?.length, 5);
    const text = readFileSync(place.kubeconfig, 'utf8');
    const { config } = readKubeconfig(text, place.kubeconfig, (path) => path);
    assert.equal(config?.currentContext, 'prod');
    assert.match(
      (await towline(place, 'cluster', 'status')).stdout,
      /1 of 1 containers run {2}kind-towline-test: proven local/,
    );

    const again = await towline(place, 'cluster', 'create', name);
    assertExit(again, 0);
    assert.match(again.stdout, /found cluster towline-test/);

    const node = place.environment.KIND_TEST_NODE ?? '';
    const host = `localhost:${docker('port', 'kind-registry', '5000/tcp').trim().split(':')[1]}`;
    const writes = lab.clusters.openForWriting(proofOf(lab.clusters, lab.context));
    const configMap = {
      kind: fakeKinds.configMaps,
      namespace: 'kube-public',
      name: 'local-registry-hosting',
    };
    for (const [breakIt, broken] of [
      [() => docker('stop', '--time', '0', 'kind-registry'), ['registry', 'hosts', 'reach', 'hosting']],
      [() => docker('network', 'disconnect', 'kind', 'kind-registry'), ['network', 'reach']],
      [() => docker('exec', node, 'rm', `/etc/containerd/certs.d/${host}/hosts.toml`), ['hosts']],
      [() => writes.delete(configMap.kind, configMap.namespace, configMap.name, {}, signal), ['hosting']],
    ] as const) {
      await breakIt();
      const found = await towline(place, 'cluster', 'diagnose', name, '--json');
      assertExit(found, 1);
      const links = found.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      assert.deepEqual(
        links.filter(({ state }) => state === 'broken').map((link) => link.name),
        broken,
        found.stdout,
      );
      const repaired = await towline(place, 'cluster', 'diagnose', name, '--repair');
      assertExit(repaired, 0);
    }

    assertExit(await towline(place, 'cluster', 'delete', name), 1);
    assert.notEqual(nodes(), '');
    assertExit(await towline(place, 'cluster', 'delete', name, '--yes'), 0);
    assert.equal(nodes(), '');
    assertExit(await towline(place, 'cluster', 'delete', name, '--yes'), 2);
  });

  it('says plainly that kind could not get its node image, and leaves nothing', async function () {
    const place = await start(this, { fault: 'image' });
    const before = readFileSync(place.kubeconfig, 'utf8');
    const failed = await towline(place, 'cluster', 'create', name);
    assertExit(failed, 1);
    assert.match(failed.stderr, /The local cluster was not created/);
    assert.match(failed.stderr, /kind could not get the image for its nodes/);
    assert.match(failed.stderr, /failed to pull image "kindest\/node:v1\.32\.2"/);
    assert.equal(nodes(), '');
    assert.equal(readFileSync(place.kubeconfig, 'utf8'), before);
  });

  it('leaves nothing half-made when it is cancelled', async function () {
    const place = await start(this, { fault: 'hang' });
    const before = readFileSync(place.kubeconfig, 'utf8');
    const creating = startTowline(place, 'cluster', 'create', name);
    await waitUntil('the node is there', () => creating.stderr.includes('Preparing nodes'));
    assert.notEqual(nodes(), '');
    creating.kill('SIGINT');
    assertExit(await creating.ended, 130);
    assert.equal(nodes(), '');
    assert.equal(readFileSync(place.kubeconfig, 'utf8'), before);
  });

  it('says how to get kind where there is none', async function () {
    const place = await start(this, { kind: false });
    if (existsSync('/usr/bin/kind') || existsSync('/bin/kind')) skipTest(this, 'this machine has kind');
    const failed = await towline(place, 'cluster', 'create', name);
    assertExit(failed, 1);
    assert.match(failed.stderr, /There is no kind on PATH/);
    assert.match(failed.stderr, /https:\/\/kind\.sigs\.k8s\.io/);
    assert.equal(statSync(place.kubeconfig).isFile(), true);
  });
});
