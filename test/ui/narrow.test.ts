import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { useCliLab } from '../support/cliLab.ts';
import { useEditor } from '../support/editorLab.ts';

/** Text that matters and is cut off: labels, and the words of empty views. */
function clippedIn(view: Locator): Promise<readonly string[]> {
  return view
    .locator('.monaco-icon-label .label-name, .welcome-view-content *')
    .evaluateAll((elements) =>
      (elements as unknown as { scrollWidth: number; clientWidth: number; textContent: string }[])
        .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
        .map(({ textContent }) => textContent),
    );
}

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

    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.row('Runs', /^Propose of api, passed/).waitFor();
    await window.expand(window.row('Services', 'Service api'));
    await window.row('Services', /^Environment dev of api/).waitFor();
    await window.expand(window.row('Runs', /^Build of api/));
    assert.deepEqual(await clippedIn(sideBar), []);
    await window.capture('narrow-run');
  });
});
