import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useCliLab } from '../support/cliLab.ts';
import { useEditor } from '../support/editorLab.ts';

describe('the sidebar where something is missing', () => {
  const lab = useCliLab();
  const editor = useEditor();

  it('offers to open a folder where none is open', async () => {
    const { environment } = lab.makeWorkspace();
    const window = await editor.openWindow({ environment });
    await window.openTowline();
    await window.welcome('Services').getByRole('button', { name: 'Open Folder' }).waitFor();
    await window.capture('no-folder');
  });

  it('starts nothing in a folder that is not trusted, and goes on once it is', async () => {
    const workspace = lab.makeWorkspace();
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      trust: true,
    });
    await window.openTowline();
    await window.welcome('Services').filter({ hasText: 'not trusted' }).waitFor();
    await window.capture('restricted');
    await window.fold('Services', false);
    await window.fold('Delivery', true);
    await window.welcome('Delivery').getByRole('button', { name: 'Manage Trust' }).waitFor();
    await window.capture('delivery-restricted');
    await window.fold('Services', true);
    await window.runCommandIfOffered('Towline: Build and Deploy');
    assert.equal(await window.dialog.count(), 0);
    assert.equal(existsSync(join(workspace.folder, '.git/towline')), false);

    await window.trust();
    await window.row('Services', 'Service api, not run yet').waitFor();
  });

  it('says so where there is no Git repository', async () => {
    const { environment, sandbox } = lab.makeWorkspace();
    const folder = join(sandbox.folder, 'plain');
    mkdirSync(folder);
    const window = await editor.openWindow({ open: folder, environment });
    await window.openTowline();
    await window.welcome('Services').filter({ hasText: 'No folder here is in a Git repository' }).waitFor();
    await window.capture('no-git');
  });

  it('says why a repository cannot be read, and reads it when it can', async () => {
    const workspace = lab.makeWorkspace();
    const file = join(workspace.folder, '.git/config');
    const sound = readFileSync(file, 'utf8');
    writeFileSync(file, '[core\n');
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await window.openTowline();
    const broken = window.row('Services', /bad config line 1.*Opens the doctor/);
    await broken.waitFor();
    await window.capture('broken');
    writeFileSync(file, sound);
    await window.act(broken, 'Refresh');
    await window.row('Services', 'Service api, not run yet').waitFor();
  });

  it('says so where no service is found', async () => {
    const { environment, sandbox } = lab.makeWorkspace();
    const folder = sandbox.makeRepository({ name: 'bare', files: { 'README.md': 'nothing\n' } });
    const window = await editor.openWindow({ open: folder, environment });
    await window.openTowline();
    await window.welcome('Services').filter({ hasText: 'No service was found' }).waitFor();
    await window.capture('nothing-found');
  });

  it('builds and pushes where there is no environment', async () => {
    const workspace = lab.makeWorkspace({
      config: { environments: undefined },
      files: { 'deploy/dev/kustomization.yaml': undefined, 'deploy/dev/deployment.yaml': undefined },
    });
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await window.openTowline();
    await window.row('Services', 'No environment found').waitFor();
    await window.capture('no-environment');
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.row('Runs', /^Push of api, passed/).waitFor();
  });

  it('shows the services and what is missing where no engine answers', async () => {
    const workspace = lab.makeWorkspace();
    const environment = { ...workspace.environment, DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    const window = await editor.openWindow({ open: workspace.folder, environment });
    await window.openTowline();
    await window.row('Services', 'No Docker engine answers').waitFor();
    await window.row('Services', 'Service api, not run yet').waitFor();
    await window.capture('no-engine');
    await window.select(window.row('Services', 'No Docker engine answers'));
    await window.webview.getByText('/nowhere/docker.sock').first().waitFor();
    await window.capture('doctor');
  });

  it('shows what is wrong in towline.yaml, and opens it', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'towline.yaml': 'services:\n  api: {pth: services/api}\n' },
    });
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await window.openTowline();
    await window.select(window.row('Services', 'towline.yaml has 1'));
    await window.page.getByRole('tab', { name: /^towline\.yaml/ }).waitFor();
    await window.capture('broken-config');
  });
});
