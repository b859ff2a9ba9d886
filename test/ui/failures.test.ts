import assert from 'node:assert/strict';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import { failingTest, imagesOnEngine } from '../support/cliWorkspace.ts';
import { useEditor } from '../support/editorLab.ts';
import { makeGatedWorkspace } from '../support/gatedTest.ts';

describe('a run in the sidebar that does not get through', () => {
  const lab = useCliLab();
  const editor = useEditor();

  it('shows a failing test as a problem at its line and in the Test Explorer, and builds nothing', async () => {
    const workspace = lab.makeWorkspace({ files: { 'services/api/test/works.test.js': failingTest } });
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await window.openTowline();
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.row('Runs', /^Test of api, failed/).waitFor();
    await window.capture('failing-test');

    await window.runCommand('Problems: Focus on Problems View');
    const problem = window.page.locator('.markers-panel .monaco-list-row').filter({ hasText: 'Ln 5' });
    await problem.waitFor();
    await window.capture('failing-test-problem');
    await problem.dblclick();
    await window.page.getByRole('tab', { name: /^works\.test\.js/ }).waitFor();
    await window.runCommand('Testing: Focus on Test Explorer View');
    await window.page.getByRole('treeitem', { name: /adds/ }).first().waitFor();
    await window.capture('failing-test-explorer');
    assert.deepEqual(imagesOnEngine(workspace), []);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
  });

  it('is cancelled from its row', async () => {
    const workspace = makeGatedWorkspace(lab);
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      settings: { 'towline.propose.confirm': false },
    });
    await window.openTowline();
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await workspace.reached();
    await window.row('Runs', /^Test of api, running/).waitFor();
    await window.statusBar('test api').waitFor();
    await window.capture('running');
    await window.act(window.row('Runs', /^Run 1 of api/), 'Cancel');
    await window.row('Runs', /^Run 1 of api, to dev, cancelled/).waitFor();
    await window.capture('cancelled');

    workspace.letThrough();
    await window.act(window.row('Runs', /^Run 1 of api/), 'Retry');
    await window.row('Runs', /^Test of api, passed/).waitFor();
  });

  it('shows a log that grows while the step runs', async () => {
    const workspace = makeGatedWorkspace(lab);
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      settings: { 'towline.propose.confirm': false },
    });
    await window.openTowline();
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await workspace.reached();
    await window.act(window.row('Runs', /^Test of api, running/), 'Show Log');
    await window.editor.filter({ hasText: 'waiting' }).first().waitFor();
    await window.capture('log');
    workspace.letThrough();
    await window.editor.filter({ hasText: 'pass 1' }).first().waitFor();
  });
});
