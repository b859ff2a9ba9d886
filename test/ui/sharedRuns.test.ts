import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, startTowline, towline } from '../support/cliProcess.ts';
import { proposalBranches } from '../support/cliWorkspace.ts';
import { useEditor } from '../support/editorLab.ts';
import { makeGatedWorkspace } from '../support/gatedTest.ts';

describe('runs that the window shares with others', () => {
  const lab = useCliLab();
  const editor = useEditor();

  it('appear live when a terminal starts them, and are cancelled from the tree', async () => {
    const workspace = makeGatedWorkspace(lab);
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await window.openTowline();
    await window.row('Services', 'Service api, not run yet').waitFor();

    const run = startTowline(workspace, 'run', '--yes');
    await workspace.reached();
    await window.row('Runs', /^Test of api, running/).waitFor();
    await window.act(window.row('Runs', /^Run 1 of api/), 'Cancel');
    assertExit(await run.ended, 130);
    await window.row('Runs', /^Run 1 of api, to dev, cancelled/).waitFor();

    workspace.letThrough();
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    await window.row('Runs', /^Run 2 of api, to dev, passed/).waitFor();
    await window.row('Services', /^Service api, (?!not run yet|test cancelled)/).waitFor();
  });

  it('are the same in two windows and a terminal, whoever starts and ends them', async () => {
    const workspace = makeGatedWorkspace(lab);
    const open = async () => {
      const { folder, environment } = workspace;
      const settings = { 'towline.propose.confirm': false };
      const window = await editor.openWindow({ open: folder, environment, settings });
      await window.openTowline();
      await window.row('Services', 'Service api, not run yet').waitFor();
      return window;
    };
    const first = await open();
    const second = await open();

    await first.act(first.row('Services', 'Service api'), 'Build and Deploy');
    await first.answerDialog('Push');
    await workspace.reached();
    for (const window of [first, second]) await window.row('Runs', /^Test of api, running/).waitFor();
    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}running/m);
    await second.act(second.row('Runs', /^Run 1 of api/), 'Cancel');
    for (const window of [first, second])
      await window.row('Runs', /^Run 1 of api, to dev, cancelled/).waitFor();
    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}cancelled/m);

    workspace.letThrough();
    await second.act(second.row('Runs', /^Run 1 of api/), 'Retry');
    for (const window of [first, second]) {
      await window.row('Runs', /^Run 2 of api, to dev, passed/).waitFor();
      await window.row('Services', /^Service api, (?!not run yet|test cancelled)/).waitFor();
    }
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    for (const window of [first, second]) await window.row('Runs', /^Run 3 of api, to dev/).waitFor();
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  });

  it('show by repository where several are open', async () => {
    const first = lab.makeWorkspace();
    const second = lab.makeWorkspace();
    const plain = join(first.sandbox.folder, 'two.code-workspace');
    const folders = [
      { path: first.folder, name: 'first' },
      { path: second.folder, name: 'second' },
    ];
    writeFileSync(plain, JSON.stringify({ folders }));
    const window = await editor.openWindow({ open: plain, environment: first.environment });
    await window.openTowline();
    for (const name of ['first', 'second'])
      await window.row('Services', new RegExp(`^Repository ${name}, .*1 service`)).waitFor();
    assert.equal(await window.rows('Services', /^Service api/).count(), 2);
    await window.capture('multi-root');
  });

  it('go on as another run when the window is reloaded, which says so', async () => {
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
    await window.reload();

    await window.notification('Run 1 was stopped with the window and goes on as run 2').waitFor();
    // The side bar shows what it showed before.
    await window.row('Runs', /^Run 1 of api, to dev, cancelled/).waitFor();
    await window.row('Runs', /^Test of api, running/).waitFor();
    await window.capture('reloaded');
    workspace.letThrough();
    await window.row('Runs', /^Run 2 of api, to dev, passed/).waitFor();
    await window.row('Runs', /^Propose of api, passed/).waitFor();
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  });
});
