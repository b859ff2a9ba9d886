import assert from 'node:assert/strict';
import { existsSync, mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import { edits, useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

describe('local refs', () => {
  const git = useGit();
  const own = 'refs/towline/proposals/dev/api';

  async function start() {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    const first = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { a: '2' });
    const second = git.sandbox.commitAll(folder, 'Second');
    return { folder, first, second, repository: await git.openGuarded(folder) };
  }

  it('move only from where they are expected', async () => {
    const { repository, first, second } = await start();
    await repository.updateRef(own, first, undefined, git.signal);
    await assert.rejects(repository.updateRef(own, second, undefined, git.signal), { code: 'branch-moved' });
    await assert.rejects(repository.updateRef(own, second, second, git.signal), { code: 'branch-moved' });
    await repository.updateRef(own, second, first, git.signal);
    assert.equal(await repository.resolve(own, git.signal), second);
    await assert.rejects(repository.deleteRef(own, first, git.signal), { code: 'branch-moved' });
    await repository.deleteRef(own, second, git.signal);
    assert.equal(await repository.resolve(own, git.signal), undefined);
    await assert.rejects(repository.updateRef(own, second, first, git.signal), { code: 'branch-moved' });
  });

  it('resolve exactly, never to a ref that git would guess', async () => {
    const { folder, first, repository } = await start();
    git.sandbox.git(folder, 'update-ref', 'refs/remotes/refs/heads/x', first);
    assert.equal(await repository.resolve('refs/heads/x', git.signal), undefined);
    git.sandbox.git(folder, 'update-ref', '-d', 'refs/remotes/refs/heads/x');
  });

  it('do not move under a checkout', async () => {
    const { repository, first, second } = await start();
    await assert.rejects(repository.updateRef('refs/heads/main', first, second, git.signal), {
      code: 'git-failed',
      message: /checked out/,
    });
  });

  for (const ref of ['--stdin', 'refs/heads/a..b', 'refs/heads/', 'refs/../HEAD', 'HEAD', 'refs/heads/a b']) {
    it(`refuse the name ${JSON.stringify(ref)}`, async () => {
      const { repository, first } = await start();
      await assert.rejects(repository.updateRef(ref, first, undefined, git.signal), { code: 'git-failed' });
    });
  }

  it('take names that look like options and shell text for what they are', async () => {
    const { folder, repository, first } = await start();
    for (const ref of ['refs/heads/-x', 'refs/heads/$(id)', 'refs/heads/a;touch$IFS']) {
      await repository.updateRef(ref, first, undefined, git.signal);
      assert.equal(git.sandbox.git(folder, 'rev-parse', '--verify', ref), first);
      await repository.deleteRef(ref, first, git.signal);
    }
  });

  it('get rid of an old lock that a killed process left on a ref of our own', async () => {
    const { folder, repository, first } = await start();
    const lock = join(folder, '.git', `${own}.lock`);
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, '');
    utimesSync(lock, new Date(1e12), new Date(1e12));
    await repository.updateRef(own, first, undefined, git.signal);
    assert.equal(await repository.resolve(own, git.signal), first);
    assert.equal(existsSync(lock), false);
  });

  it('leave a lock on a ref of the user alone, however old, and name it', async () => {
    const { folder, repository, first } = await start();
    const lock = join(folder, '.git', 'refs', 'heads', 'other.lock');
    writeFileSync(lock, '');
    utimesSync(lock, new Date(1e12), new Date(1e12));
    const moving = repository.updateRef('refs/heads/other', first, undefined, git.signal);
    await assert.rejects(moving, { code: 'git-locked', message: /refs\/heads\/other\.lock/ });
    assert.equal(existsSync(lock), true);
    rmSync(lock);
  });

  it('wait out a young lock and stop waiting when cancelled', async () => {
    const { folder, repository, first } = await start();
    const lock = join(folder, '.git', `${own}.lock`);
    mkdirSync(dirname(lock), { recursive: true });
    writeFileSync(lock, '');
    const cancelled = AbortSignal.timeout(300);
    await assert.rejects(repository.updateRef(own, first, undefined, cancelled));
    assert.equal(existsSync(lock), true);
    rmSync(lock);
  });
});

describe('history', () => {
  const git = useGit();

  it('names the newest commit that touched a path, taking paths literally', async () => {
    const folder = git.sandbox.makeRepository({ files: { 'api/a': '1', 'web/*': '1' } });
    const first = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { 'web/b': '2' });
    const second = git.sandbox.commitAll(folder, 'Ünïcode\n\nBody');
    const repository = await git.openGuarded(folder);
    const touching = async (...paths: string[]) =>
      (await repository.lastCommitTouching(second, paths, git.signal))?.id;
    assert.equal(await touching('api'), first);
    assert.equal(await touching('web/*'), first);
    assert.equal(await touching('api', 'web'), second);
    assert.equal(await touching(''), second);
    assert.equal(await touching('nowhere'), undefined);
    assert.equal(
      await touching(...Array.from({ length: 4000 }, (_, n) => `very/long/path/${n}`), 'api'),
      first,
    );
    assert.deepEqual(await repository.lastCommitTouching(second, ['web/b'], git.signal), {
      id: second,
      time: 1_700_000_000,
      subject: 'Ünïcode',
    });
    assert.deepEqual(await repository.recentSubjects(second, 9, git.signal), ['Ünïcode', 'Start']);
    assert.equal(await repository.isAncestor(first, second, git.signal), true);
    assert.equal(await repository.isAncestor(second, first, git.signal), false);
    assert.equal(await repository.mergeBase(second, first, git.signal), first);
    assert.equal(await repository.hasObject(first, git.signal), true);
    assert.equal(await repository.hasObject('1'.repeat(40), git.signal), false);
    assert.deepEqual(await repository.changedPaths(first, second, git.signal), ['web/b']);
  });

  it('finds the commit that words mean, and none where they mean something else', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    const first = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { a: '2' });
    const second = git.sandbox.commitAll(folder, 'Second');
    git.sandbox.git(folder, 'tag', '-a', '-m', 'x', 'v1', first);
    const repository = await git.openGuarded(folder);
    const meant = async (words: string) => (await repository.findCommit(words, git.signal))?.id;
    assert.deepEqual(await repository.findCommit('HEAD', git.signal), {
      id: second,
      time: 1_700_000_000,
      subject: 'Second',
    });
    assert.equal(await meant('HEAD~1'), first);
    assert.equal(await meant('v1'), first);
    assert.equal(await meant(first.slice(0, 7)), first);
    assert.equal(await meant('main'), second);
    for (const nothing of ['', 'nowhere', 'HEAD:a', 'HEAD..v1', '--all', '-x', 'a b', '1'.repeat(40)])
      assert.equal(await meant(nothing), undefined, nothing);
  });

  it('tells what a branch itself did to a path: a merge, not what it merged', async () => {
    const folder = git.sandbox.makeRepository({ files: { 'deploy/a': '1', 'src/a': '1' } });
    const first = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    git.sandbox.git(folder, 'switch', '--quiet', '--create', 'proposal');
    writeFiles(folder, { 'deploy/a': '2' });
    git.sandbox.commitAll(folder, 'Propose');
    git.sandbox.git(folder, 'switch', '--quiet', 'main');
    git.sandbox.git(folder, 'merge', '--quiet', '--no-ff', '-m', 'Merge the proposal', 'proposal');
    const merge = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { 'src/a': '2' });
    const tip = git.sandbox.commitAll(folder, 'Other');
    const repository = await git.openGuarded(folder);
    const history = async (paths: string[], count = 9) =>
      (await repository.branchHistory(tip, paths, count, git.signal)).map(({ id }) => id);
    assert.deepEqual(await history(['deploy']), [merge, first]);
    assert.deepEqual(await history(['']), [tip, merge, first]);
    assert.deepEqual(await history([''], 1), [tip]);
    assert.deepEqual(await history(['nowhere']), []);
  });

  it('says when a shallow clone ends before the answer', async () => {
    const source = git.sandbox.makeRepository({ name: 'source', files: { a: '1' } });
    writeFiles(source, { b: '1' });
    const tip = git.sandbox.commitAll(source, 'Second');
    git.sandbox.git(git.sandbox.folder, 'clone', '--quiet', '--depth=1', `file://${source}`, 'shallow');
    const repository = await git.openGuarded(join(git.sandbox.folder, 'shallow'));
    const facts = await repository.lastCommitTouching(tip, ['a'], git.signal);
    assert.deepEqual([facts?.id, facts?.shallow], [tip, true]);
  });

  it('reads blobs as bytes and says which are missing', async () => {
    const bytes = new Uint8Array([0, 255, 10, 13, 128]);
    const folder = git.sandbox.makeRepository({ files: { 'bin/a': bytes, 'bin/empty': '', c: 'x' } });
    const repository = await git.openGuarded(folder);
    const head = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    const files = await repository.listTree(head, 'bin', git.signal);
    const blobs = await repository.readBlobs(
      files.map(({ id }) => id),
      git.signal,
    );
    assert.deepEqual(
      files.map(({ path, id }) => [path, [...(blobs.get(id) ?? [])]]),
      [
        ['bin/a', [...bytes]],
        ['bin/empty', []],
      ],
    );
    const missing = '2'.repeat(40);
    await assert.rejects(repository.readBlobs([missing], git.signal), { message: new RegExp(missing) });
    assert.deepEqual(await repository.listTree(head, 'nowhere', git.signal), []);
  });

  it('shows a change as plain text', async () => {
    const folder = git.sandbox.makeRepository({ files: { 'ü.yaml': 'image: a\n' } });
    const base = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    git.sandbox.git(folder, 'config', 'color.ui', 'always');
    git.sandbox.git(folder, 'config', 'diff.noprefix', 'true');
    const repository = await git.openGuarded(folder);
    const request = { base, edits: edits({ 'ü.yaml': 'image: b\n' }), message: 'm' };
    const { commit } = await repository.commit(request, git.signal);
    const text = await repository.diff(base, commit, git.signal);
    assert.match(text, /^diff --git a\/ü\.yaml b\/ü\.yaml\n/);
    assert.match(text, /\n-image: a\n\+image: b\n$/);
  });

  it('shows remotes without credentials', async () => {
    const folder = git.sandbox.makeRepository({ remote: 'https://user:secret@example.org/a.git' });
    const repository = await git.open(folder);
    assert.deepEqual(await repository.remotes(git.signal), [
      { name: 'origin', url: 'https://example.org/a.git' },
    ]);
  });
});
