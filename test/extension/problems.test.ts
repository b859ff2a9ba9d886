import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { ids } from '../../src/vscode/ids.ts';
import { waitUntil } from '../support/cliProcess.ts';
import { failingTest, passingTest } from '../support/cliWorkspace.ts';
import { readHostWorkspace } from '../support/editorHostWorkspace.ts';

describe('problems of a run', () => {
  const { folder, configuration } = readHostWorkspace();
  const test = join(folder, 'services/api/test/works.test.js');
  const dockerfile = join(folder, 'services/api/Dockerfile');
  const target = { repository: join(folder, '.git'), service: 'api' };
  const problemsOf = (file: string) => vscode.languages.getDiagnostics(vscode.Uri.file(file));

  before(async () => {
    writeFileSync(join(folder, 'towline.yaml'), configuration);
    await vscode.commands.executeCommand(ids.commands.refresh);
  });

  it('are at the line of a failing test, and gone when it passes', async () => {
    writeFileSync(test, failingTest);
    await vscode.commands.executeCommand(ids.commands.buildAndPush, { target });
    const [problem] = await waitUntil('the test has a problem', () => {
      const found = problemsOf(test);
      return found.length > 0 && found;
    });
    assert.equal(problem?.range.start.line, 4);
    assert.match(problem?.message ?? '', /^adds: /);
    assert.equal(problem?.severity, vscode.DiagnosticSeverity.Error);

    writeFileSync(test, passingTest);
    await vscode.commands.executeCommand(ids.commands.buildAndPush, { target });
    await waitUntil('the problem is gone', () => problemsOf(test).length === 0);
  });

  it("are at a Dockerfile's line that cannot be read", async () => {
    writeFileSync(dockerfile, 'FROM scratch\nCOPPY message.txt /\n');
    await vscode.commands.executeCommand(ids.commands.buildAndPush, { target });
    const [problem] = await waitUntil('the Dockerfile has a problem', () => {
      const found = problemsOf(dockerfile);
      return found.length > 0 && found;
    });
    assert.equal(problem?.range.start.line, 1);
    writeFileSync(dockerfile, 'FROM scratch\nCOPY message.txt /\n');
    await vscode.commands.executeCommand(ids.commands.buildAndPush, { target });
    await waitUntil('the problem is gone', () => problemsOf(dockerfile).length === 0);
  });
});
