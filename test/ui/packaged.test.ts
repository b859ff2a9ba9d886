import { join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';
import { useCliLab } from '../support/cliLab.ts';
import { extensionFolder, useEditor } from '../support/editorLab.ts';

const vsce = join(import.meta.dirname, '../../node_modules/@vscode/vsce/vsce');

describe('the packaged extension', () => {
  const lab = useCliLab();
  const editor = useEditor();

  it('is installed, finds the services and runs one', async () => {
    const workspace = lab.makeWorkspace();
    const packaged = join(workspace.sandbox.folder, 'towline.vsix');
    await executeOrThrow(process.execPath, [vsce, 'package', '--no-dependencies', '--out', packaged], {
      cwd: extensionFolder,
      timeout: 90,
    });
    const window = await editor.openWindow({
      open: workspace.folder,
      environment: workspace.environment,
      settings: { 'towline.propose.confirm': false },
      packaged,
    });
    await window.openTowline();
    await window.act(window.row('Services', 'Service api'), 'Build and Deploy');
    await window.answerDialog('Push');
    await window.row('Runs', /^Run 1 of api, to dev, passed/).waitFor();
  });
});
