import { useCliLab } from '../support/cliLab.ts';
import { useEditor } from '../support/editorLab.ts';
import type { EditorWindow } from '../support/editorWindow.ts';

describe('the walkthrough', () => {
  const lab = useCliLab();
  const editor = useEditor();

  async function openWalkthrough(window: EditorWindow): Promise<void> {
    await window.runCommand('Welcome: Open Walkthrough...');
    await window.pick('Get Started with Towline');
  }
  const firstStep = (window: EditorWindow, state: 'true' | 'false') =>
    window.page
      .getByRole('checkbox', { name: /Open a repository/ })
      .and(window.page.locator(`[aria-checked="${state}"]`));

  it('ticks off its first step where a repository is open', async () => {
    const workspace = lab.makeWorkspace();
    const window = await editor.openWindow({ open: workspace.folder, environment: workspace.environment });
    await openWalkthrough(window);
    await firstStep(window, 'true').waitFor();
    await window.capture('walkthrough');
  });

  it('asks for a repository where none is open', async () => {
    const { environment } = lab.makeWorkspace();
    const window = await editor.openWindow({ environment });
    await openWalkthrough(window);
    await firstStep(window, 'false').waitFor();
    await window.page.getByRole('button', { name: 'Open Folder' }).first().waitFor();
  });
});
