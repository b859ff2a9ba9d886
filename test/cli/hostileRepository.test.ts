import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, towline } from '../support/cliProcess.ts';
import type { CliWorkspace } from '../support/cliWorkspace.ts';
import { writeFiles } from '../support/gitFixture.ts';

describe('a repository whose own Git configuration starts programs', () => {
  const lab = useCliLab();

  /** Everything that Git starts on a repository's word leaves a file named after it. */
  function makeHostile(): { workspace: CliWorkspace; fired: () => readonly string[] } {
    const workspace = lab.makeWorkspace({
      files: { '.gitattributes': '* filter=canary diff=canary merge=canary\n' },
    });
    const traces = join(workspace.sandbox.folder, 'traces');
    const canary = (name: string) => ({
      content: `#!/bin/sh\nmkdir -p "${traces}"\n: > "${traces}/${name}"\ncat\nexit 0\n`,
      executable: true,
    });
    const names = [
      ...[
        'fsmonitor',
        'clean',
        'smudge',
        'process',
        'textconv',
        'external',
        'diffCommand',
        'pager',
        'editor',
      ],
      ...['askpass', 'ssh', 'sshVariant', 'alternateRefs', 'gpg', 'credential', 'mergeDriver', 'uploadPack'],
    ];
    const programs = join(workspace.sandbox.folder, 'programs');
    writeFiles(programs, Object.fromEntries(names.map((name) => [name, canary(name)])));
    const hooks = [
      'post-index-change',
      'reference-transaction',
      'post-checkout',
      'pre-commit',
      'fsmonitor-watchman',
    ];
    writeFiles(
      join(workspace.sandbox.folder, 'hooks'),
      Object.fromEntries(hooks.map((name) => [name, canary(name)])),
    );
    const quoted = (name: string) => `'${join(programs, name)}'`;
    for (const [key, value] of [
      ['core.fsmonitor', quoted('fsmonitor')],
      ['core.hooksPath', join(workspace.sandbox.folder, 'hooks')],
      ['core.pager', quoted('pager')],
      ['core.editor', quoted('editor')],
      ['core.askPass', quoted('askpass')],
      ['core.sshCommand', quoted('ssh')],
      ['core.alternateRefsCommand', quoted('alternateRefs')],
      ['filter.canary.clean', quoted('clean')],
      ['filter.canary.smudge', quoted('smudge')],
      ['filter.canary.process', quoted('process')],
      ['filter.canary.required', 'true'],
      ['diff.canary.textconv', quoted('textconv')],
      ['diff.canary.command', quoted('diffCommand')],
      ['diff.external', quoted('external')],
      ['merge.canary.driver', quoted('mergeDriver')],
      ['gpg.program', join(programs, 'gpg')],
      ['credential.helper', `!${quoted('credential')}`],
      ['alias.status', `!${quoted('editor')}`],
    ] as const)
      workspace.git('config', key, value);
    // Changed after the index was written, so that Git wants to look inside.
    writeFiles(workspace.folder, { 'services/api/message.txt': 'changed\n', 'untracked.txt': 'new\n' });
    return { workspace, fired: () => (existsSync(traces) ? readdirSync(traces).sort() : []) };
  }

  it('starts none of them when it is looked at', async () => {
    const { workspace, fired } = makeHostile();
    for (const words of [['status'], ['status', '--json'], ['doctor'], ['init', '--print'], ['runs']])
      assert.doesNotMatch((await towline(workspace, ...words)).stderr, /unexpected/i, words.join(' '));
    await towline(workspace, 'logs');
    await towline(workspace, 'cancel');
    assert.deepEqual(fired(), []);
  });

  it('starts none of them by a run without a proposal', async () => {
    const { workspace, fired } = makeHostile();
    assertExit(await towline(workspace, 'run', '--no-propose'), 0);
    assert.deepEqual(fired(), []);
  });

  it('starts none of a submodule’s either', async () => {
    const { workspace, fired } = makeHostile();
    const library = join(workspace.folder, 'services/api/library');
    workspace.sandbox.git(workspace.folder, 'init', '--quiet', library);
    writeFiles(library, { 'code.txt': 'one\n', '.gitattributes': '* filter=canary\n' });
    workspace.sandbox.commitAll(library, 'Start');
    cpSync(join(workspace.folder, '.git/config'), join(library, '.git/config'));
    writeFiles(library, { 'code.txt': 'two\n' });
    const run = await towline(workspace, 'run', '--no-propose', '--json');
    assertExit(run, 0);
    assert.match(outputOf(run, 'api', 'push').tag, /dirty/);
    assert.deepEqual(fired(), []);
  });

  it('proves that the canaries sing', () => {
    const { workspace, fired } = makeHostile();
    workspace.git('config', '--unset', 'filter.canary.process');
    workspace.git('diff', 'HEAD');
    workspace.git('add', '--all', '.');
    for (const name of ['fsmonitor', 'clean', 'post-index-change'])
      assert.ok(fired().includes(name), `${name} is not among ${fired().join()}`);
  });
});
