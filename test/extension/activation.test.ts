import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import packageJson from '../../package.json' with { type: 'json' };
import { ids } from '../../src/vscode/ids.ts';

const extensionId = `${packageJson.publisher}.${packageJson.name}`;

describe('the extension in its host', () => {
  it('activates', async () => {
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension, `${extensionId} is not installed`);
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that it contributes', async () => {
    await vscode.extensions.getExtension(extensionId)?.activate();
    const registered = new Set(await vscode.commands.getCommands(true));
    const contributed: readonly string[] = Object.values(ids.commands);
    assert.deepEqual(
      contributed.filter((command) => !registered.has(command)),
      [],
    );
  });
});
