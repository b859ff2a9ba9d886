import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import packageJson from '../../package.json' with { type: 'json' };
import { ids } from '../../src/vscode/ids.ts';
import { readHostWorkspace } from '../support/editorHostWorkspace.ts';
import { observe } from '../support/hostObserver.ts';

const extensionId = `${packageJson.publisher}.${packageJson.name}`;
/** Bytes of code; the container engine's and the registry's clients alone are many times that. */
const activationLimit = 250_000;

describe('activation', () => {
  it('loads no client library, starts no program and reads nothing but the journal index', async () => {
    const { folder } = readHostWorkspace();
    const extension = vscode.extensions.getExtension(extensionId);
    assert.ok(extension, `${extensionId} is not installed`);
    assert.equal(extension.isActive, false);
    const bundle = join(extension.extensionPath, 'dist/extension');

    const { loaded, started, read } = await observe(bundle, async () => extension.activate());

    assert.equal(extension.isActive, true);
    assert.deepEqual(started, []);
    assert.deepEqual(
      read.filter((path) => !path.startsWith(join(folder, '.git'))),
      [],
    );
    const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0);
    assert.ok(bytes > 0, 'no module was seen');
    assert.ok(bytes < activationLimit, `${bytes} bytes in ${loaded.size} modules`);
    assert.equal(existsSync(join(folder, '.git/towline')), false);
  });

  it('registers every command that it contributes, and no other', async () => {
    await vscode.extensions.getExtension(extensionId)?.activate();
    const registered = await vscode.commands.getCommands(true);
    const views: readonly string[] = Object.values(ids.views);
    // The editor adds commands of its own for each view, and for the container.
    const ours = registered.filter(
      (command) => command.startsWith('towline.') && !views.some((view) => command.startsWith(`${view}.`)),
    );
    assert.deepEqual(ours.sort(), Object.values(ids.commands).sort());
  });
});
