import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

describe('the working state of a repository', () => {
  const git = useGit();

  it('is clean after a commit', async () => {
    const folder = git.sandbox.makeRepository({ files: { 'b.txt': 'b', 'a/ü "q"\n.txt': 'a' } });
    const { readAt, ...state } = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.ok(readAt <= Date.now());
    assert.deepEqual(state, {
      head: git.sandbox.git(folder, 'rev-parse', 'HEAD'),
      branch: 'main',
      files: ['a/ü "q"\n.txt', 'b.txt'],
      dirty: [],
      submodules: [],
      same: undefined,
      changed: [],
    });
  });

  it('lists changed, staged, renamed, deleted and untracked files, and none that are ignored', async () => {
    const folder = git.sandbox.makeRepository({
      files: { changed: '1', staged: '1', old: 'text that moves', gone: '1', '.gitignore': 'ignored\n' },
    });
    writeFiles(folder, { changed: '2', staged: '2', ignored: 'x', 'new/deep/file': 'x' });
    git.sandbox.git(folder, 'add', 'staged');
    git.sandbox.git(folder, 'mv', 'old', 'renamed');
    rmSync(join(folder, 'gone'));
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual(state.files, ['.gitignore', 'changed', 'new/deep/file', 'renamed', 'staged']);
    assert.deepEqual(state.dirty, ['changed', 'gone', 'new/deep/file', 'old', 'renamed', 'staged']);
  });

  it('has no head on an unborn branch', async () => {
    const folder = git.sandbox.makeRepository();
    writeFiles(folder, { a: '1' });
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual([state.head, state.branch, state.files, state.dirty], [undefined, 'main', ['a'], ['a']]);
  });

  it('has no branch when HEAD is detached', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    git.sandbox.git(folder, 'checkout', '--quiet', '--detach');
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual(state.branch, undefined);
    assert.equal(state.head, git.sandbox.git(folder, 'rev-parse', 'HEAD'));
  });

  it('counts a conflict as dirty and lists the file once', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    git.sandbox.git(folder, 'checkout', '--quiet', '-b', 'side');
    writeFiles(folder, { a: 'side' });
    git.sandbox.commitAll(folder, 'Side');
    git.sandbox.git(folder, 'checkout', '--quiet', 'main');
    writeFiles(folder, { a: 'main' });
    git.sandbox.commitAll(folder, 'Main');
    assert.throws(() => git.sandbox.git(folder, 'merge', 'side'));
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual([state.files, state.dirty], [['a'], ['a']]);
  });

  it('leaves submodules and untracked repositories out of the files and names them', async () => {
    const library = git.sandbox.makeRepository({ name: 'library', files: { code: '1' } });
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    git.sandbox.git(
      folder,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      library,
      'sub',
    );
    git.sandbox.commitAll(folder, 'Add a submodule');
    git.sandbox.makeRepository({ name: 'repository/embedded', files: { inner: '1' } });
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual(state.files, ['.gitmodules', 'a']);
    assert.deepEqual(state.submodules, ['embedded', 'sub']);
    assert.deepEqual(state.dirty, ['embedded']);
  });

  it('leaves out what a sparse checkout leaves out', async () => {
    const folder = git.sandbox.makeRepository({ files: { 'in/a': '1', 'out/b': '1', top: '1' } });
    git.sandbox.git(folder, 'sparse-checkout', 'set', 'in');
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual([state.files, state.dirty], [['in/a', 'top'], []]);
  });

  it('lists a file that the user hid with skip-worktree', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1', hidden: '1' } });
    git.sandbox.git(folder, 'update-index', '--skip-worktree', 'hidden');
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual(state.files, ['a', 'hidden']);
  });

  it('is that of the worktree that was opened, with the common folder of the repository', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    const tree = join(git.sandbox.folder, 'other tree');
    git.sandbox.git(folder, 'worktree', 'add', '--quiet', '-b', 'other', tree);
    writeFiles(tree, { only: 'here' });
    const repository = await git.openGuarded(tree);
    assert.deepEqual(repository.place, { top: tree, commonFolder: join(folder, '.git') });
    const state = await repository.workingState(git.signal);
    assert.deepEqual([state.branch, state.files], ['other', ['a', 'only']]);
  });

  it('works with SHA-256 ids', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' }, objectFormat: 'sha256' });
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.equal(state.head?.length, 64);
  });

  it('is read while another git holds the index', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    writeFileSync(join(folder, '.git', 'index.lock'), '');
    const state = await (await git.openGuarded(folder)).workingState(git.signal);
    assert.deepEqual(state.files, ['a']);
  });
});

describe('opening a repository', () => {
  const git = useGit();

  it('finds the top from a folder inside', async () => {
    const folder = git.sandbox.makeRepository({ files: { 'ü/deep/a': '1' } });
    const { place } = await git.openGuarded(join(folder, 'ü', 'deep'));
    assert.deepEqual(place, { top: folder, commonFolder: join(folder, '.git') });
  });

  it('says when there is none', async () => {
    mkdirSync(join(git.sandbox.folder, 'plain'));
    await assert.rejects(git.open(join(git.sandbox.folder, 'plain')), { code: 'not-a-repository' });
    await assert.rejects(git.open(join(git.sandbox.folder, 'missing')), { code: 'not-a-repository' });
  });

  it('opens a bare repository by its own folder', async () => {
    const remote = git.sandbox.makeBareRemote();
    const repository = await git.open(remote);
    assert.deepEqual(repository.place, { top: undefined, commonFolder: remote });
    assert.equal(await repository.resolve('refs/heads/main', git.signal), undefined);
  });

  it('refuses a bare repository inside a checkout', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    const planted = git.sandbox.makeBareRemote('repository/planted');
    await git.openGuarded(folder);
    await assert.rejects(git.open(planted), { code: 'not-a-repository' });
    await assert.rejects(git.open(join(planted, 'objects')), { code: 'not-a-repository' });
  });

  it('gives the version', async () => {
    assert.match((await git.repositories.version(git.signal)) ?? '', /^\d+\.\d+/);
  });
});
