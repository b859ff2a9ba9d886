import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import { useCliLab } from '../support/cliLab.ts';
import { useEditor } from '../support/editorLab.ts';

interface Box {
  readonly textContent: string;
  getBoundingClientRect(): { readonly left: number; readonly right: number };
  closest(selector: string): Box | null;
}

/** Labels and words of empty views that reach past what shows them. */
function clippedIn(view: Locator): Promise<readonly string[]> {
  const texts = view.locator(
    '.monaco-list-row .label-name, .welcome-view-content .monaco-button, .welcome-view-content p',
  );
  return texts.evaluateAll((elements) =>
    (elements as unknown as Box[])
      .filter((element) => {
        const frame = element.closest('.monaco-icon-label-container, .welcome-view-content');
        return frame && element.getBoundingClientRect().right > frame.getBoundingClientRect().right + 1;
      })
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
    assert.deepEqual(await clippedIn(sideBar), []);
    // What a build calls its own parts may be of any length.
    await window.expand(window.row('Runs', /^Build of api/));
    await window.capture('narrow-run');
  });
});
