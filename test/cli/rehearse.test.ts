import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, it } from 'mocha';
import { createSlots } from '../../src/base/slots.ts';
import type { RehearsalEvent } from '../../src/domain/rehearsal/rehearsalEvent.ts';
import { openDemoShop } from '../lab/demoShop.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, type CliPlace, type CliResult, towline, waitUntil } from '../support/cliProcess.ts';
import { startAtTerminal, whyNoTerminal } from '../support/cliTerminal.ts';
import { type CliWorkspace, docker } from '../support/cliWorkspace.ts';
import { patience } from '../support/patience.ts';
import {
  eventIn,
  eventsIn,
  kubectl,
  namespaces,
  rehearseUntil,
  withCluster,
} from '../support/rehearsalLab.ts';
import { skipTest } from '../support/skipTest.ts';

const nodeImage = process.env.TOWLINE_LAB_NODE_IMAGE ?? 'node:24-slim';
const pythonImage = process.env.TOWLINE_LAB_PYTHON_IMAGE ?? 'python:3.13-slim';

interface Parts {
  /** Fields of the container on top of one that does nothing, well. */
  readonly container?: object;
  /** Fields of the pod's spec. */
  readonly pod?: object;
  /** Manifests beside it. */
  readonly others?: readonly object[];
}

const idle = ['node', '-e', 'setInterval(() => {}, 1e6)'];

function manifests({ container = {}, pod = {}, others = [] }: Parts): string {
  const labels = { app: 'api' };
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'api' },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 1,
          ...pod,
          containers: [{ name: 'main', image: nodeImage, command: idle, ...container }],
        },
      },
    },
  };
  return [deployment, ...others].map((object) => JSON.stringify(object, undefined, 2)).join('\n---\n');
}

function conclusionIn(result: CliResult) {
  return eventIn(result, 'concluded').conclusion;
}

function assertRemoved(result: CliResult): void {
  assert.deepEqual(eventIn(result, 'ended').cleanUp, { kind: 'removed' });
  assert.equal(namespaces().includes(eventIn(result, 'namespace-made').namespace), false);
}

/** Rehearsals at the same time. */
const together = 4;

/** Milliseconds. */
const testLimit = 300_000 * patience;

describe('towline rehearse on a real cluster', function () {
  this.timeout(testLimit);
  const lab = useCliLab();
  const { signal } = new AbortController();
  before(function () {
    if (!process.env.TOWLINE_LAB_KUBECONFIG) skipTest(this, 'TOWLINE_LAB_KUBECONFIG names no cluster');
  });

  beforeEach(function () {
    this.currentTest?.timeout(testLimit);
  });

  /** A workspace of plain manifests, with a branch for each of these. */
  async function makePlace(
    branches: Readonly<Record<string, Parts>>,
  ): Promise<CliPlace & { workspace: CliWorkspace }> {
    const workspace = lab.makeWorkspace({
      files: {
        'deploy/dev/kustomization.yaml': undefined,
        'deploy/dev/deployment.yaml': manifests({ container: { env: [{ name: 'BASE', value: '1' }] } }),
      },
    });
    for (const [branch, parts] of Object.entries(branches)) {
      workspace.git('checkout', '--quiet', '-B', branch, 'main');
      workspace.write({ 'deploy/dev/deployment.yaml': manifests(parts) });
      workspace.sandbox.commitAll(workspace.folder, branch);
      workspace.git('push', '--quiet', '--no-verify', 'origin', branch);
    }
    workspace.git('checkout', '--quiet', 'main');
    return { ...(await withCluster(workspace)), workspace };
  }

  describe('with the sample', () => {
    let folder: string;
    let place: CliPlace;

    before(async function () {
      this.timeout(testLimit);
      if (!process.env.TOWLINE_LAB_KUBECONFIG) skipTest(this, 'TOWLINE_LAB_KUBECONFIG names no cluster');
      folder = mkdtempSync(join(tmpdir(), 'towline-rehearse-'));
      const images = { node: nodeImage, python: pythonImage, standIns: nodeImage.startsWith('local/') };
      const shop = await openDemoShop(join(import.meta.dirname, '../../media/sample'), folder, images, {
        fresh: true,
        choosePort: async () => lab.registry.port,
      });
      const workspace = lab.makeWorkspace();
      place = await withCluster({ folder: shop.repository, environment: workspace.environment });
      assertExit(await towline(place, 'run', 'api', '--env', 'dev', '--yes'), 0);
    });
    after(() => {
      rmSync(folder, { recursive: true, force: true });
      const images = ['api', 'runtime', 'pricing'].map(
        (name) => `localhost:${lab.registry.port}/shop/${name}`,
      );
      const tags = images.flatMap((image) =>
        docker('image', 'ls', '--format', '{{.Repository}}:{{.Tag}}', image).split('\n').filter(Boolean),
      );
      if (tags.length > 0) docker('image', 'rm', '--force', ...tags);
    });

    it('shows the diff and the dry run, rolls out, answers a request, and leaves nothing', async () => {
      const running = await rehearseUntil(place, 'kept', 'api', '--env', 'dev', '--keep');
      const kept = eventsIn(running).find((event) => event.type === 'kept');
      const address =
        kept?.type === 'kept' ? kept.addresses.find(({ service }) => service === 'api') : undefined;
      assert.ok(address, running.stdout);
      const answer = await fetch(`${address.url}/products`);
      assert.equal(answer.status, 200);
      assert.ok(((await answer.json()) as readonly unknown[]).length > 0);
      running.kill('SIGINT');
      const result = await running.ended;

      assertExit(result, 0);
      const { changed } = eventIn(result, 'rendered');
      assert.deepEqual(
        changed.map(({ object, change }) => `${change} ${object.kind} ${object.name}`),
        ['changed Deployment api'],
      );
      assert.match(changed[0]?.text ?? '', /^\+ .*shop\/api:main-[0-9a-f]{7}-\d+@sha256:[0-9a-f]{64}$/m);
      const { results } = eventIn(result, 'dry-run');
      assert.equal(results.length, 4);
      const fields = results.flatMap(({ changes }) => changes.map(({ field }) => field));
      assert.ok(fields.includes('spec.progressDeadlineSeconds'), fields.join('\n'));
      const conclusion = conclusionIn(result);
      assert.equal(conclusion.outcome, 'healthy');
      assert.match(conclusion.sentence, /^rehearsed all 4 objects: api is healthy/);
      assert.match(conclusion.sentence, /pricing, which the change does not touch, is not:/);
      assertRemoved(result);
    });
  });

  describe('says why a change would not roll out, and leaves nothing', () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'keys' },
      stringData: { other: '1' },
    };
    interface Case extends Parts {
      readonly says: RegExp;
      readonly exit?: number;
      /** What stands in the line of the manifest that is named. */
      readonly line?: string;
    }
    const cases: Readonly<Record<string, Case>> = {
      'an image that is not in its registry': {
        says: /image \S+\/nothing:1 was not found/,
        line: '"image": ',
      },
      'a program that crashes': {
        container: { command: ['node', '-e', 'console.log("no database"); process.exit(3)'] },
        says: /crashes with exit code 3.*no database/,
      },
      'a probe that fails': {
        container: { readinessProbe: { httpGet: { port: 8080, path: '/ready' }, periodSeconds: 1 } },
        says: /is not ready: its readiness probe \(GET .*8080\/ready\) fails/,
        line: '"readinessProbe": ',
      },
      'a pod that fits no node': {
        container: { resources: { requests: { cpu: '900' } } },
        says: /fits no node: not enough cpu/,
        line: '"cpu": "900"',
      },
      'a Secret that is not there': {
        container: { envFrom: [{ secretRef: { name: 'keys' } }] },
        says: /^rehearsed 0 of 1 object: Deployment api was not rehearsed: it needs Secret keys, which is not in the manifests$/,
        exit: 3,
      },
      'a key that its Secret does not have': {
        container: { env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'keys', key: 'password' } } }] },
        others: [secret],
        says: /Secret keys has no key password/,
        line: '"key": "password"',
      },
      'a quota that is used up': {
        others: [
          {
            apiVersion: 'v1',
            kind: 'ResourceQuota',
            metadata: { name: 'none' },
            spec: { hard: { pods: '0' } },
          },
        ],
        says: /api gets no more pods: quota none is used up/,
      },
      'more memory than its limit': {
        container: {
          command: ['node', '-e', 'const all = []; for (;;) all.push(Buffer.alloc(1e7, 1))'],
          resources: { limits: { memory: '64Mi' } },
        },
        says: /was killed for using more memory than its limit of 64Mi/,
        line: '"memory": "64Mi"',
      },
      'an init container that does not end': {
        pod: { initContainers: [{ name: 'wait', image: nodeImage, command: idle }] },
        says: /has run for \d+ s and does not end, so the others cannot start/,
      },
      'what the cluster refuses': {
        container: { ports: [{ containerPort: 99_999 }] },
        says: /^the cluster refuses Deployment api: .*99999/,
      },
    };

    it('for each of ten changes, several of which are rehearsed at the same time', async () => {
      const missing = { container: { image: `${lab.registry.host}/nothing:1` } };
      const names = Object.keys(cases);
      const branchOf = (name: string) => `case-${names.indexOf(name)}`;
      const parts: Readonly<Record<string, Parts>> = Object.fromEntries(
        names.map((name, at) => [branchOf(name), at === 0 ? missing : (cases[name] ?? {})]),
      );
      const place = await makePlace(parts);
      const slots = createSlots(together);
      const results = await Promise.all(
        names.map((name) =>
          slots.run(
            () => towline(place, 'rehearse', '--branch', branchOf(name), '--timeout', '240', '--json'),
            signal,
          ),
        ),
      );
      for (const [at, name] of names.entries()) {
        const result = results[at];
        const { says, exit = 1, line } = cases[name] ?? { says: /^$/ };
        assert.ok(result);
        assertExit(result, exit);
        const { sentence, action } = conclusionIn(result);
        assert.match(sentence, says, name);
        assert.ok(action, name);
        if (line !== undefined) {
          const place = /\(deploy\/dev\/deployment\.yaml:(\d+)\)$/.exec(sentence);
          const text = place && manifests(parts[branchOf(name)] ?? {});
          assert.ok(text?.split('\n')[Number(place?.[1]) - 1]?.includes(line), `${name}: ${sentence}`);
        }
        if (eventsIn(result).some(({ type }) => type === 'namespace-made')) assertRemoved(result);
      }
    });
  });

  it('opens its first address in the browser, and stays until Enter', async function () {
    const reason = whyNoTerminal();
    if (reason !== undefined) skipTest(this, reason);
    const service = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'api' },
      spec: { selector: { app: 'api' }, ports: [{ port: 80, targetPort: 8080 }] },
    };
    const program = 'require("node:http").createServer((_, answer) => answer.end("hi")).listen(8080)';
    const readinessProbe = { tcpSocket: { port: 8080 }, periodSeconds: 1 };
    const container = { command: ['node', '-e', program], readinessProbe };
    const place = await makePlace({ answers: { container, others: [service] } });
    const { folder } = place.workspace.sandbox;
    const browser = join(folder, 'browser');
    writeFileSync(browser, `#!/bin/sh\necho "$1" > '${folder}/opened'\n`, { mode: 0o755 });
    const environment = { ...place.environment, BROWSER: browser };
    const running = startAtTerminal({ ...place, environment }, 'rehearse', '--branch', 'answers', '--open');
    await waitUntil('it stays', () => running.screen.includes('It stays until Enter'), testLimit);
    const url = await waitUntil('the browser opens', () =>
      existsSync(join(folder, 'opened')) ? readFileSync(join(folder, 'opened'), 'utf8').trim() : false,
    );
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.equal(await (await fetch(url)).text(), 'hi');
    running.type('\n');
    const { exitCode, screen } = await running.ended;
    assert.equal(exitCode, 0, screen);
    assert.match(screen, /Removed\./);
  });

  it('rehearses a pull request, and skips what it cannot by saying so', async () => {
    const role = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'x' } };
    const monitor = {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'ServiceMonitor',
      metadata: { name: 'api' },
    };
    const place = await makePlace({ asked: { others: [role, monitor] } });
    place.workspace.git('push', '--quiet', '--no-verify', 'origin', 'asked:refs/pull/7/head', ':asked');
    const result = await towline(place, 'rehearse', '--pull', '7', '--json');
    assertExit(result, 0);
    assert.match(conclusionIn(result).sentence, /^rehearsed 1 of 3 objects: api is healthy/);
    assert.deepEqual(
      eventIn(result, 'planned').skipped.map(({ object, why }) => `${object.kind}: ${why}`),
      [
        'ClusterRole: it belongs to the whole cluster, not to a namespace',
        'ServiceMonitor: the cluster does not serve ServiceMonitor of monitoring.coreos.com/v1',
      ],
    );
    assertRemoved(result);
    assertExit(await towline(place, 'rehearse', '--pull', '8', '--json'), 1);
  });

  it('never calls a time that is over a success, and removes what it made', async () => {
    const place = await makePlace({
      slow: { container: { readinessProbe: { exec: { command: ['true'] }, initialDelaySeconds: 600 } } },
    });
    const result = await towline(place, 'rehearse', '--branch', 'slow', '--timeout', '3', '--json');
    assertExit(result, 3);
    assert.equal(conclusionIn(result).outcome, 'progressing');
    assertRemoved(result);
  });

  it('does not meet another one of the same change', async () => {
    const place = await makePlace({ fine: {} });
    const results = await Promise.all(
      [1, 2].map(() => towline(place, 'rehearse', '--branch', 'fine', '--json')),
    );
    const made = results.map((result) => {
      assertExit(result, 0);
      assertRemoved(result);
      return eventIn(result, 'namespace-made').namespace;
    });
    assert.equal(new Set(made).size, 2);
  });

  it('removes what it made when it is cancelled', async () => {
    const place = await makePlace({ fine: {} });
    const running = await rehearseUntil(place, 'applied', '--branch', 'fine');
    running.kill('SIGINT');
    const result = await running.ended;
    assertExit(result, 130);
    assertRemoved(result);
  });

  const stages: readonly RehearsalEvent['type'][] = [
    'started',
    'rendered',
    'planned',
    'namespace-made',
    'dry-run',
    'applied',
    'verdict',
    'kept',
    'cleaning',
  ];
  for (const stage of stages)
    it(`killed after "${stage}" leaves nothing that is not found and removed`, async () => {
      const place = await makePlace({ fine: {} });
      const keep = stage === 'kept' ? ['--keep'] : [];
      const running = await rehearseUntil(place, stage, '--branch', 'fine', ...keep);
      running.kill('SIGKILL');
      const killed = await running.ended;
      assert.equal(killed.signal, 'SIGKILL', `it ended before it was killed:\n${killed.stdout}`);
      assert.equal(
        eventsIn(killed).some(({ type }) => type === 'ended'),
        false,
      );
      const planned = eventsIn(killed).find((event) => event.type === 'planned');
      const namespace = planned?.type === 'planned' ? planned.namespace : undefined;

      const status = await towline(place, 'status');
      if (namespace !== undefined && namespaces().includes(namespace)) {
        assert.match(status.stdout, new RegExp(`left behind as ${namespace}`));
        const path = '{.metadata.annotations.towline\\.dev/owner}';
        const owner = kubectl('get', 'namespace', namespace, `--output=jsonpath=${path}`);
        assert.equal(JSON.parse(owner).process, running.pid);
      }
      assertExit(await towline(place, 'rehearse', '--clean'), 0);
      assert.equal(namespaces().includes(namespace ?? 'none'), false);
      assert.doesNotMatch((await towline(place, 'status')).stdout, /rehearsal/);
    });
});
