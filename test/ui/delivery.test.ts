import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { fieldsOf } from '../../src/domain/kubernetes/objectFields.ts';
import { forgetAgents } from '../support/agentWorkspace.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, towline, waitUntil } from '../support/cliProcess.ts';
import { clippedIn } from '../support/clippedLabels.ts';
import type { CliWorkspace, WorkspaceOptions } from '../support/cliWorkspace.ts';
import { proofOf } from '../support/clusterContract.ts';
import { useEditor } from '../support/editorLab.ts';
import type { EditorWindow } from '../support/editorWindow.ts';
import { fakeKinds } from '../support/fakeKinds.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { allowContexts } from '../support/localClusters.ts';
import { namespaces } from '../support/rehearsalLab.ts';

const nodeImage = process.env.TOWLINE_LAB_NODE_IMAGE ?? '';

/** Says its message on port 8080. */
const server = `
const message = require('node:fs').readFileSync('/message.txt');
require('node:http').createServer((request, answer) => answer.end(message)).listen(8080);
process.on('SIGTERM', () => process.exit(0));
`;

const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'api' },
  spec: {
    selector: { matchLabels: { app: 'api' } },
    template: {
      metadata: { labels: { app: 'api' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'api',
            image: 'api',
            ports: [{ containerPort: 8080 }],
            readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
          },
        ],
      },
    },
  },
};
const service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'api' },
  spec: { selector: { app: 'api' }, ports: [{ port: 80, targetPort: 8080 }] },
};
const settingsMap = (value: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'settings' },
  data: { greeting: value },
});

/** A service that answers. */
const serviceFiles = {
  'services/api/Dockerfile': `FROM ${nodeImage}\nCOPY server.js message.txt /\nCMD ["node", "/server.js"]\n`,
  'services/api/server.js': server,
  'deploy/dev/deployment.yaml': JSON.stringify(deployment),
  'deploy/dev/service.yaml': JSON.stringify(service),
};

function kustomization(resources: readonly string[], image: string, namespace?: string): string {
  const images = [{ name: 'api', newName: image, newTag: '0' }];
  return JSON.stringify(
    { resources, images, ...(namespace === undefined ? {} : { namespace }) },
    undefined,
    2,
  );
}

describe('the Delivery view', function () {
  this.timeout(900_000);
  const { signal } = new AbortController();
  const remotes: string[] = [];
  // Before the workspaces themselves go, and after their windows.
  afterEach(async () => {
    for (const remote of remotes.splice(0)) await forgetAgents(cluster.clusters, cluster.context, remote);
  });
  const cli = useCliLab();
  const cluster = useLabNamespace();
  const editor = useEditor();
  beforeEach(function () {
    this.currentTest?.timeout(900_000);
  });

  /** The workspace's user has declared the lab's cluster local, unless it is said otherwise. */
  function makePlace(options: WorkspaceOptions, isLocal = true): CliWorkspace {
    const workspace = cli.makeWorkspace(options);
    remotes.push(workspace.remote);
    if (isLocal) allowContexts(workspace.environment.TOWLINE_DATA ?? '', cluster.clusters, cluster.context);
    const environment = { ...workspace.environment, KUBECONFIG: process.env.TOWLINE_LAB_KUBECONFIG ?? '' };
    return { ...workspace, environment };
  }

  /** A window in which the Delivery view has the most room. */
  async function open({ folder, environment }: CliWorkspace) {
    const settings = { 'towline.propose.confirm': false };
    const window = await editor.openWindow({ open: folder, environment, settings });
    await window.openTowline();
    await window.row('Services', /^Service api/).waitFor();
    await window.fold('Clusters', false);
    await window.fold('Delivery', true);
    return window;
  }

  /** Looks whether a narrow sidebar cuts a label of what shows now. */
  async function assertNothingClipped(window: EditorWindow, picture: string): Promise<void> {
    await window.resizeSideBar(250);
    await window.capture(picture);
    assert.deepEqual(await clippedIn(window.page.locator('.part.sidebar')), []);
    await window.resizeSideBar(350);
  }

  it('rehearses a proposal until it answers, and leaves nothing', async () => {
    const name = `ui-${randomBytes(3).toString('hex')}`;
    const place = makePlace({
      files: serviceFiles,
      config: { environments: { [name]: { path: 'deploy/dev' } } },
    });
    place.commit({
      'deploy/dev/kustomization.yaml': kustomization(['deployment.yaml', 'service.yaml'], place.image),
    });
    const window = await open(place);
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.row('Runs', /^Propose of api, passed/).waitFor();
    await window.fold('Services', false);
    await window.fold('Runs', false);
    await window.capture('delivery-empty');

    await window.welcome('Delivery').getByRole('button', { name: 'Rehearse' }).click();
    await window.pick('Proposal of api');
    await window.row('Delivery', new RegExp(`^Rehearsal of the proposal of api in ${name}`)).waitFor();
    const rehearsal = window.row('Delivery', new RegExp(`^Rehearsal of .*in ${name}, healthy`));
    await rehearsal.waitFor();
    await window.row('Delivery', /^rehearsed all 2 objects: api is healthy/).waitFor();
    await window.expand(window.row('Delivery', /^Rendered/));
    await window.expand(window.row('Delivery', /^Dry run/));
    await window.capture('rehearsal');
    await assertNothingClipped(window, 'rehearsal-narrow');

    await window.act(
      window.row('Delivery', /^Rendered 2 objects, 1 changed/),
      'Show What the Rehearsal Changes',
    );
    await window.editor
      .filter({ hasText: `${place.image}:main-` })
      .first()
      .waitFor();
    await window.capture('rehearsal-diff');

    const address = window.row('Delivery', /^http:\/\/127\.0\.0\.1:\d+ leads to api, port 80/);
    const url = /^\S+/.exec((await address.getAttribute('aria-label')) ?? '')?.[0] ?? '';
    assert.equal(await (await fetch(url)).text(), 'services/api\n');
    const popup = window.page.waitForEvent('popup');
    await window.act(address, 'Open Rehearsal in Browser');
    await (await popup).getByText('services/api').waitFor();
    await (await popup).close();

    assert.equal(namespaces().filter((one) => one.startsWith(`rehearsal-${name}-`)).length, 1);
    await window.act(rehearsal, 'End Rehearsal');
    await address.waitFor({ state: 'detached' });
    await window.act(rehearsal, 'Remove from View');
    await rehearsal.waitFor({ state: 'detached' });
    assert.deepEqual(
      namespaces().filter((one) => one.startsWith(`rehearsal-${name}-`)),
      [],
    );
  });

  it('says why it rehearses nothing on a cluster that is not proven local', async () => {
    const place = makePlace({}, false);
    const window = await open(place);
    await window.fold('Services', false);
    await window.fold('Runs', false);
    await window.welcome('Delivery').getByRole('button', { name: 'Rehearse' }).click();
    await window.pick('Proposal of api');
    await window.notification(/Rehearsal of dev: .*not proven local/).waitFor();
    const rehearsal = window.row('Delivery', /^Rehearsal of the proposal of api in dev, .*not proven local/);
    await rehearsal.waitFor();
    await window.capture('rehearsal-refused');
    await window.select(rehearsal);
    await window.page.keyboard.press('Shift+F10');
    await window.page.getByRole('menuitem', { name: 'Remove from View' }).waitFor();
    // A menu takes no click in its first moments, but keys at once.
    await window.page.keyboard.press('ArrowDown');
    await window.page.keyboard.press('Enter');
    await window.welcome('Delivery').getByRole('button', { name: 'Rehearse' }).waitFor();
  });

  it('keeps a cluster at what a branch says, and shows how they differ', async () => {
    const lab = await cluster.open();
    const place = makePlace({ dev: { context: lab.context } });
    const deploy = (greeting: string) =>
      place.commit({
        'deploy/dev/kustomization.yaml': kustomization(['settings.yaml'], place.image, lab.namespace),
        'deploy/dev/settings.yaml': JSON.stringify(settingsMap(greeting)),
        'deploy/dev/deployment.yaml': undefined,
      });
    const target = { kind: fakeKinds.configMaps, namespace: lab.namespace, name: 'settings' };
    const greeting = async () => {
      const reads = lab.clusters.connect(lab.context);
      const found = await reads.get(target.kind, target.namespace, target.name, signal);
      reads.dispose();
      return fieldsOf(found?.data).greeting;
    };
    const editByHand = (value: string) =>
      lab.clusters
        .openForWriting(proofOf(lab.clusters, lab.context))
        .patch(target, { data: { greeting: value } }, { fieldManager: 'kubectl-edit' }, signal);
    deploy('first');
    const window = await open(place);
    await window.fold('Services', false);
    await window.fold('Runs', false);

    await window.welcome('Delivery').getByRole('button', { name: 'Follow a Branch' }).click();
    const agent = window.row('Delivery', /^Local agent of dev/);
    const healthy = (commit: string) =>
      window.row('Delivery', new RegExp(`^Local agent of dev, healthy · ${commit.slice(0, 7)}`));
    await window.row('Delivery', /^Local agent of dev, healthy/).waitFor();
    assert.equal(await greeting(), 'first');

    await editByHand('by hand');
    await window.row('Delivery', /^drift: ConfigMap .*settings differs in data\.greeting/).waitFor();
    await waitUntil('the drift is repaired', async () => (await greeting()) === 'first');
    await window.capture('agent');
    await assertNothingClipped(window, 'agent-narrow');

    await window.act(agent, 'Pause Local Agent');
    await window.row('Delivery', /^Local agent of dev, paused/).waitFor();
    const second = deploy('second');
    await window.capture('agent-paused');
    await window.act(agent, 'Resume Local Agent');
    await healthy(second).waitFor();
    assert.equal(await greeting(), 'second');

    await window.act(agent, 'End Local Agent');
    await window.row('Delivery', /^Local agent of dev, ended/).waitFor();
    await editByHand('by hand');
    await window.runCommand('Towline: Compare with Cluster');
    await window.notification('dev on lab: 1 would change').waitFor();
    await window.page.getByRole('tab', { name: /^ConfigMap .*settings: lab → dev at/ }).waitFor();
    await window.editor.filter({ hasText: 'by hand' }).first().waitFor();
    await window.editor.filter({ hasText: 'second' }).first().waitFor();
    await window.capture('live-diff');
  });

  it('says where a commit is, from its image to the pods that run it', async () => {
    const lab = await cluster.open();
    const place = makePlace({ files: serviceFiles, dev: { context: lab.context } });
    const commit = place.commit({
      'deploy/dev/kustomization.yaml': kustomization(
        ['deployment.yaml', 'service.yaml'],
        place.image,
        lab.namespace,
      ),
    });
    assertExit(await towline(place, 'run', '--yes'), 0);
    const window = await open(place);
    await window.fold('Services', false);
    await window.fold('Runs', false);
    await window.welcome('Delivery').getByRole('button', { name: 'Where Is My Commit?' }).click();
    await window.page.getByText('A commit as Git takes it').waitFor();
    await window.page.keyboard.press('Enter');
    const trail = window.row('Delivery', new RegExp(`^Where is ${commit.slice(0, 7)}`));
    await trail.waitFor();
    await window.row('Delivery', /^api in dev, at merge: towline\/dev\/api is not merged/).waitFor();
    await window.capture('where');
    await assertNothingClipped(window, 'where-narrow');

    place.remoteGit('update-ref', 'refs/heads/main', 'refs/heads/towline/dev/api');
    assertExit(await towline(place, 'agent', '--env', 'dev', '--once'), 0);
    await window.act(trail, 'Look Again');
    await window.row('Delivery', /^api in dev, runs: /).waitFor();
    for (const link of ['Commit', 'Image', 'Proposal', 'Merge', 'Agent', 'Pods'])
      await window.row('Delivery', new RegExp(`^${link}, done: `)).waitFor();
    await window.capture('where-done');
  });
});
