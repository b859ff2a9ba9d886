import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { useCliLab } from '../support/cliLab.ts';
import { waitUntil } from '../support/cliProcess.ts';
import { clippedIn } from '../support/clippedLabels.ts';
import { useEditor } from '../support/editorLab.ts';
import type { EditorWindow } from '../support/editorWindow.ts';
import { useLabNamespace } from '../support/labNamespace.ts';
import { openLabWorkloads, talkingContainer } from '../support/labWorkloads.ts';
import { allowContexts } from '../support/localClusters.ts';

const image = process.env.TOWLINE_LAB_NODE_IMAGE ?? '';

/** A second kubeconfig with a context that leads nowhere. */
const elsewhere = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'far', cluster: { server: 'https://127.0.0.1:9' } }],
  users: [{ name: 'far', user: { token: 'none' } }],
  contexts: [{ name: 'far', context: { cluster: 'far', user: 'far' } }],
});

describe('the Clusters view', function () {
  this.timeout(900_000);
  const cli = useCliLab();
  const cluster = useLabNamespace();
  const editor = useEditor();
  beforeEach(function () {
    this.currentTest?.timeout(900_000);
  });

  /** A window with only the Clusters view open, and workloads on the lab's cluster in a namespace of their own. */
  async function open(options: { readonly allowed?: boolean; readonly trust?: boolean } = {}) {
    const lab = await cluster.open();
    const workspace = cli.makeWorkspace({ dev: { context: lab.context } });
    const other = join(workspace.sandbox.folder, 'elsewhere.yaml');
    writeFileSync(other, elsewhere);
    const environment = {
      ...workspace.environment,
      KUBECONFIG: [process.env.TOWLINE_LAB_KUBECONFIG ?? '', other].join(delimiter),
    };
    if (options.allowed) allowContexts(workspace.environment.TOWLINE_DATA ?? '', lab.clusters, lab.context);
    const workloads = openLabWorkloads(lab);
    await workloads.create({ name: 'web', replicas: 2, container: talkingContainer(image, 'v1') });
    const window = await editor.openWindow({
      open: workspace.folder,
      environment,
      settings: { 'terminal.integrated.gpuAcceleration': 'off' },
      trust: options.trust ?? false,
    });
    await window.openTowline();
    await window.fold('Services', false);
    await window.fold('Runs', false);
    return { lab, workspace, workloads, window };
  }

  const clusterRow = (window: EditorWindow) => window.row('Clusters', /^Cluster lab,/);
  const podRow = (window: EditorWindow) => window.row('Clusters', /^Pod web-.*, 1 of 1 container ready/);
  const webRow = (window: EditorWindow) => window.row('Clusters', /^Deployment web, 2 of 2 ready/);

  /** Opens the lab's cluster and shows the test's namespace alone: others may use the cluster as well. */
  async function look(window: EditorWindow, namespace: string): Promise<void> {
    await clusterRow(window).waitFor();
    await window.runCommand('Towline: Filter Clusters');
    await window.pick('Text…');
    const input = window.page.locator('.quick-input-widget input').first();
    await window.page.getByText('Show what has this in its name').waitFor();
    await input.fill(namespace);
    await input.press('Enter');
    await window.expand(clusterRow(window));
    await window.row('Clusters', /^Deployment web/).waitFor();
  }

  it('asks no cluster before it is opened, and then shows what runs and why it does not', async () => {
    const { lab, workloads, window } = await open();
    await workloads.create({ name: 'broken', container: { image: 'localhost:5999/shop/nothing:1' } });
    await window.row('Clusters', /^Cluster lab, environment dev, .*not opened/).waitFor();
    await window.row('Clusters', /^Cluster far, not opened/).waitFor();
    await window.capture('clusters-closed');

    await look(window, lab.namespace);
    await webRow(window).waitFor();
    const broken = window.row('Clusters', /^Deployment broken, (ErrImagePull|ImagePullBackOff)/);
    await broken.waitFor();
    await window.expand(broken);
    await window.row('Clusters', /^Why: broken.*localhost:5999\/shop\/nothing:1/).waitFor();
    await window.expand(webRow(window));
    await window.expand(window.row('Clusters', /^Pod web-/));
    await window.row('Clusters', /^Container main, Running/).waitFor();
    await window.capture('clusters');
    await window.resizeSideBar(250);
    await window.capture('clusters-narrow');
    assert.deepEqual(await clippedIn(window.page.locator('.part.sidebar')), []);
    await window.resizeSideBar(350);

    await window.select(window.row('Clusters', /^Why: broken/));
    await window.editor.filter({ hasText: 'localhost:5999/shop/nothing:1' }).waitFor();
    await window.editor.filter({ hasText: '→' }).waitFor();
    await window.capture('cluster-verdict');

    await window.runCommand('Towline: Show Only Unhealthy Workloads');
    await webRow(window).waitFor({ state: 'detached' });
    await window.page.getByText('Only unhealthy ones').waitFor();
    await window.capture('clusters-filtered');
    await window.runCommand('Towline: Clear Filter of Clusters');
    await window.page.getByText('Only unhealthy ones').waitFor({ state: 'detached' });

    await clusterRow(window).scrollIntoViewIfNeeded();
    await window.expand(window.row('Clusters', /^Cluster far/));
    await window.row('Clusters', /^The cluster .*Tries again now/).waitFor();
    await window.row('Clusters', /^Cluster far, not reachable/).waitFor();
    await window.capture('cluster-unreachable');
  });

  it('opens the line of the manifests that a verdict is about', async () => {
    const { lab, workspace, workloads, window } = await open();
    // As the environment's kustomization has it; nothing was pushed by that name.
    await workloads.create({ name: 'api', container: { name: 'api', image: `${workspace.image}:0` } });
    await look(window, lab.namespace);
    const api = window.row(
      'Clusters',
      /^Deployment api, service api of this workspace, (ErrImagePull|ImagePullBackOff)/,
    );
    await window.expand(api);
    await window.act(window.row('Clusters', /^Why: api.* was not found in its registry/), 'Open Manifest');
    await window.editor.filter({ hasText: '# What runs where' }).waitFor();
    // The tag of the entry in kustomization.yaml.
    await window.statusBar('Ln 7, Col 5').waitFor();
    await window.capture('cluster-manifest');
  });

  it('follows logs across a rolling update', async () => {
    const { lab, workloads, window } = await open();
    await look(window, lab.namespace);
    await webRow(window).waitFor();
    await window.act(webRow(window), 'Follow Logs');
    await window.editor.filter({ hasText: 'tick v1' }).waitFor();

    await workloads.update('web', talkingContainer(image, 'v2'));

    await window.editor.filter({ hasText: 'tick v2' }).waitFor({ timeout: 60_000 });
    await window.capture('cluster-logs');
  });

  it('keeps a forwarded port when its pod dies', async () => {
    const { lab, workloads, window } = await open();
    await look(window, lab.namespace);
    await webRow(window).waitFor();
    await window.act(webRow(window), 'Forward Port');
    const row = window.row('Clusters', /^Port \d+ leads to port 8080 of Deployment web/);
    const spoken = (await row.getAttribute('aria-label')) ?? '';
    const port = /^Port (\d+)/.exec(spoken)?.[1];
    const ask = async () => (await fetch(`http://127.0.0.1:${port}`)).text();
    assert.equal(await ask(), 'v1');
    await window.capture('cluster-forward');

    await workloads.deletePods('web');

    await waitUntil('the port leads to a new pod', async () => (await ask().catch(() => '')) === 'v1');
    await row.waitFor();
    await window.act(row, 'Stop Forwarding Port');
    await row.waitFor({ state: 'detached' });
    await assert.rejects(ask());
  });

  it('opens a shell where the cluster is declared local', async () => {
    const { lab, window } = await open({ allowed: true });
    await look(window, lab.namespace);
    await window.expand(webRow(window));
    await window.select(podRow(window));
    await window.page.keyboard.press('Alt+x');
    await window.page.locator('.terminal-wrapper.active').click();
    await window.page.keyboard.type('echo hi-$((6*7)) $VERSION\n');
    await window.terminal.filter({ hasText: 'hi-42 v1' }).waitFor();
    await window.capture('cluster-shell');

    await window.select(podRow(window));
    await window.page.keyboard.press('Delete');
    await window.dialog.filter({ hasText: 'of the cluster lab' }).waitFor();
    await window.capture('cluster-delete');
    await window.answerDialog('Cancel');
  });

  it('says why it changes nothing elsewhere', async () => {
    const { lab, window } = await open();
    await look(window, lab.namespace);
    await window.select(webRow(window));
    await window.page.keyboard.press('Delete');
    await window.notification('lab can only be read here').waitFor();
    await window.capture('cluster-read-only');
  });

  it('asks nothing in a workspace that is not trusted', async () => {
    const { window } = await open({ trust: true });
    await window.welcome('Clusters').filter({ hasText: 'None is asked before' }).waitFor();
    await window.capture('clusters-restricted');
  });
});
