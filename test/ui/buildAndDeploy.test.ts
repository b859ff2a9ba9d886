import assert from 'node:assert/strict';
import { digestIn, tagsIn, useCliLab } from '../support/cliLab.ts';
import { waitUntil } from '../support/cliProcess.ts';
import {
  type CliWorkspace,
  diffLines,
  imageLines,
  proposalBranches,
  serviceFiles,
} from '../support/cliWorkspace.ts';
import { useEditor } from '../support/editorLab.ts';
import type { EditorWindow } from '../support/editorWindow.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';

const kustomization = 'deploy/dev/kustomization.yaml';

describe('Build and Deploy in the sidebar', () => {
  const lab = useCliLab();
  const editor = useEditor();

  async function open(workspace: CliWorkspace): Promise<EditorWindow> {
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await window.openTowline();
    return window;
  }

  it('reaches the diff of the image lines in three clicks, and leaves the checkout alone', async () => {
    const workspace = lab.makeWorkspace();
    const before = snapshotCheckout(workspace.folder);
    const window = await open(workspace);
    await window.row('Services', 'Service api, not run yet').waitFor();
    await window.capture('services');

    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.dialog.filter({ hasText: 'Push proposals for dev?' }).waitFor();
    await window.capture('question-where-to');
    await window.answerDialog('Push');

    const [tag = ''] = await waitUntil('a tag is pushed', async () => {
      const tags = await tagsIn(lab.registry, workspace.image);
      return tags.length > 0 && tags;
    });
    await window.page.getByText(`newTag: "${tag}"`).first().waitFor();
    await window.notification('Propose this to dev?').waitFor();
    assert.deepEqual(proposalBranches(workspace), []);
    await window.row('Runs', 'Propose of api, waits for you').waitFor();
    await window.statusBar('look at the diff').waitFor();
    await window.capture('question-diff');
    await window.answerNotification('Propose this to dev?', 'Approve');

    await window.row('Runs', /^Run 1 of api, to dev, passed/).waitFor();
    for (const step of ['Test', 'Build', 'Push', 'Propose'])
      await window.row('Runs', `${step} of api, passed`).waitFor();
    await window.row('Services', /^Service api, (?!not run yet)/).waitFor();
    await window.capture('proposed');
    const digest = (await digestIn(lab.registry, workspace.image, tag)) ?? '';
    assert.match(digest, /^sha256:/);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.deepEqual(
      diffLines(workspace.remoteGit, 'towline/dev/api'),
      imageLines(kustomization, { tag, digest }),
    );
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('proposes nothing that was declined', async () => {
    const workspace = lab.makeWorkspace();
    const window = await open(workspace);
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.answerNotification('Propose this to dev?', 'Decline');
    await window.row('Runs', /^Propose of api, (held|cancelled)/).waitFor();
    assert.deepEqual(proposalBranches(workspace), []);
    assert.equal((await tagsIn(lab.registry, workspace.image)).length, 1);
  });

  it('does nothing again when nothing has changed, and says since when', async () => {
    const workspace = lab.makeWorkspace();
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      settings: { 'towline.propose.confirm': false },
    });
    await window.openTowline();
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.row('Runs', /^Run 1 of api, to dev, passed/).waitFor();

    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');

    await window.row('Runs', /^Run 2 of api, to dev, unchanged|^Run 2 of api, to dev, passed/).waitFor();
    await window.row('Runs', /^Build of api, unchanged/).waitFor();
    assert.match((await window.row('Runs', /^Build of api, unchanged/).textContent()) ?? '', /#1/);
    await window.capture('unchanged');
  });

  it('can be started and shown with the keyboard alone', async () => {
    const workspace = lab.makeWorkspace();
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      settings: { 'towline.propose.confirm': false },
    });
    await window.runCommand('Towline: Build and Deploy');
    await window.dialog.filter({ hasText: 'Push proposals for dev?' }).waitFor();
    await window.page.keyboard.press('Enter');
    await window.statusBar('passed').waitFor();
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  });

  it('runs the services that are selected, and no other', async () => {
    const names = ['api', 'web', 'worker'];
    const workspace = lab.makeWorkspace({
      config: {
        environments: undefined,
        services: Object.fromEntries(
          names.map((name) => [name, { path: `services/${name}`, tests: 'none' }]),
        ),
      },
      files: {
        ...serviceFiles('services/web'),
        ...serviceFiles('services/worker'),
        'deploy/dev/kustomization.yaml': undefined,
        'deploy/dev/deployment.yaml': undefined,
      },
    });
    const window = await open(workspace);
    await window.row('Services', 'No environment found').waitFor();
    await window.select(window.row('Services', 'Service api, not run yet'));
    await window.select(window.row('Services', 'Service worker, not run yet'), 'too');
    await window.act(window.row('Services', 'Service worker'), 'Build and Deploy');
    for (const name of ['api', 'worker'])
      await window.row('Services', new RegExp(`^Service ${name}, pushed`)).waitFor();
    await window.statusBar('passed').waitFor();
    await window.row('Services', 'Service web, not run yet').waitFor();
    await window.row('Runs', /^Run 1 of api, worker, .*passed/).waitFor();
    assert.equal(await window.rows('Runs', /^Run 2/).count(), 0);
  });
});
