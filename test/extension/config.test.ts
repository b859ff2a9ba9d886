import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { waitUntil } from '../support/cliProcess.ts';
import { readHostWorkspace } from '../support/editorHostWorkspace.ts';

describe('towline.yaml in the editor', () => {
  const { folder } = readHostWorkspace();
  const uri = vscode.Uri.file(join(folder, 'towline.yaml'));

  async function show(text: string): Promise<vscode.TextDocument> {
    writeFileSync(uri.fsPath, text);
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    await waitUntil('the file is read again', () => document.getText() === text);
    return document;
  }

  it('is completed from its schema', async () => {
    await show('services:\n  api:\n    \n');
    const labels = await waitUntil('there are suggestions', async () => {
      const list = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        uri,
        new vscode.Position(2, 4),
      );
      const found = list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      return found.includes('tests') && found;
    });
    for (const key of ['path', 'image', 'build']) assert.ok(labels.includes(key), `${key} in ${labels}`);
  });

  it('explains a key under the pointer', async () => {
    await show('services:\n  api:\n    tests: none\n');
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      uri,
      new vscode.Position(2, 6),
    );
    const text = hovers.flatMap(({ contents }) =>
      contents.map((content) => (typeof content === 'string' ? content : content.value)),
    );
    assert.match(text.join('\n'), /test/i);
  });

  it('shows what is wrong at its line, and stops when it is right', async () => {
    await show('services:\n  api:\n    pth: services/api\n');
    const [problem] = await waitUntil('there is a problem', () => {
      const found = vscode.languages.getDiagnostics(uri);
      return found.length > 0 && found;
    });
    assert.equal(problem?.range.start.line, 2);
    assert.match(problem?.message ?? '', /pth/);
    await show('services:\n  api:\n    path: services/api\n');
    await waitUntil('the problem is gone', () => vscode.languages.getDiagnostics(uri).length === 0);
  });
});
