import assert from 'node:assert/strict';
import { useCliLab } from '../support/cliLab.ts';
import { clippedIn } from '../support/clippedLabels.ts';
import { useEditor } from '../support/editorLab.ts';

describe('a sidebar of 250 pixels', () => {
  const lab = useCliLab();
  const editor = useEditor();

  it('clips no label and no word of an empty view', async () => {
    const workspace = lab.makeWorkspace();
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      settings: { 'towline.propose.confirm': false },
    });
    await window.openTowline();
    await window.row('Services', 'Service api').waitFor();
    await window.welcome('Runs').getByRole('button').waitFor();
    await window.resizeSideBar(250);
    const sideBar = window.page.locator('.part.sidebar');
    assert.deepEqual(await clippedIn(sideBar), []);
    await window.capture('narrow');
    await window.fold('Services', false);
    await window.fold('Runs', false);
    await window.fold('Delivery', true);
    await window.welcome('Delivery').getByRole('button', { name: 'Where Is My Commit?' }).waitFor();
    await window.welcome('Clusters').getByRole('button', { name: 'Create Local Cluster' }).waitFor();
    assert.deepEqual(await clippedIn(sideBar), []);
    await window.capture('narrow-empty');
    await window.fold('Delivery', false);
    await window.fold('Clusters', false);
    await window.fold('Services', true);
    await window.fold('Runs', true);

    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.row('Runs', /^Propose of api, passed/).waitFor();
    await window.expand(window.row('Services', 'Service api'));
    await window.row('Services', /^Environment dev of api/).waitFor();
    assert.deepEqual(await clippedIn(sideBar), []);
    // What a build calls its own parts may be of any length.
    await window.expand(window.row('Runs', /^Build of api/));
    await window.capture('narrow-run');
  });
});
