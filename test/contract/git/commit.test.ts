import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { edits, useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

describe('a commit', () => {
  const git = useGit();
  const message = 'Set the image of api';

  async function start(files: Parameters<typeof writeFiles>[1] = { 'apps/dev/k.yaml': 'a\n' }) {
    const folder = git.sandbox.makeRepository({ files });
    const base = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    return { folder, base };
  }

  function hook(folder: string, name: string, ...lines: readonly string[]) {
    const file = join(folder, '.git', 'hooks', name);
    writeFiles(folder, { [`.git/hooks/${name}`]: `#!/bin/sh\n${lines.join('\n')}\n` });
    chmodSync(file, 0o755);
  }

  it('changes exactly the edited files and keeps their modes', async () => {
    const { folder, base } = await start({
      'run.sh': { content: '1', executable: true },
      'apps/dev/k.yaml': 'a\r\n',
      'apps/dev-x': '1',
      'apps/dev.x': '1',
      'ü ß/x': '1',
      link: { link: 'run.sh' },
    });
    const repository = await git.openGuarded(folder);
    const change = edits({ 'run.sh': '2', 'apps/dev/k.yaml': 'b\r\n', 'ü ß/x': '2', 'new/ö/file': '' });
    const { commit, tree } = await repository.commit({ base, edits: change, message }, git.signal);
    assert.equal(
      git.sandbox.git(
        folder,
        '-c',
        'core.quotePath=false',
        'diff',
        '--raw',
        '--abbrev=4',
        '-r',
        base,
        commit,
      ),
      [
        ':100644 100644 5337 4855 M\tapps/dev/k.yaml',
        ':000000 100644 0000 e69d A\tnew/ö/file',
        ':100755 100755 56a6 d826 M\trun.sh',
        ':100644 100644 56a6 d826 M\tü ß/x',
      ].join('\n'),
    );
    assert.equal(git.sandbox.git(folder, 'cat-file', 'blob', `${commit}:apps/dev/k.yaml`), 'b\r');
    assert.deepEqual(await repository.readCommit(commit, git.signal), {
      tree,
      parents: [base],
      message: `${message}\n`,
    });
    assert.equal(git.sandbox.git(folder, 'fsck', '--strict', commit), '');
  });

  it('holds files of any size, and says what it changes', async () => {
    const { folder, base } = await start();
    const repository = await git.openGuarded(folder);
    // Beside where a pack's sizes need one byte more.
    const sizes = [0, 1, 15, 16, 2047, 2048, 262_143, 262_144, 3_000_000];
    const files = Object.fromEntries(sizes.map((size) => [`of ${size}`, 'x'.repeat(size)]));
    const { commit, diff } = await repository.commit({ base, edits: edits(files), message }, git.signal);
    for (const size of sizes)
      assert.equal(git.sandbox.git(folder, 'cat-file', '-s', `${commit}:of ${size}`), String(size));
    assert.equal(git.sandbox.git(folder, 'fsck', '--strict', commit), '');
    assert.equal(diff, await repository.diff(base, commit, git.signal));
    assert.match(diff, /^\+{3} b\/of 15\t?$/m);
  });

  it('has the tree that git makes of the same change', async () => {
    const { folder, base } = await start({ 'a/b/c/d': '1', 'a/b.c': '1', 'a/b-c': '1', 'a/b0': '1' });
    const repository = await git.open(folder);
    const change = { 'a/b/c/d': '2', 'a/b/new': '3', 'a/a/a': '4', z: '5' };
    const tree = await repository.treeWith(base, edits(change), git.signal);
    writeFiles(folder, change);
    git.sandbox.commitAll(folder, 'By git');
    assert.equal(tree, git.sandbox.git(folder, 'rev-parse', 'HEAD^{tree}'));
  });

  it('has the tree of its base when nothing is edited', async () => {
    const { folder, base } = await start();
    const repository = await git.openGuarded(folder);
    const tree = await repository.treeWith(base, [], git.signal);
    assert.equal(tree, git.sandbox.git(folder, 'rev-parse', 'HEAD^{tree}'));
  });

  it('is the same commit when the time is the same', async () => {
    const { folder, base } = await start();
    const repository = await git.openGuarded(folder);
    const request = { base, edits: edits({ x: '1' }), message, time: 1_700_000_100 };
    const first = await repository.commit(request, git.signal);
    assert.deepEqual(await repository.commit(request, git.signal), first);
    assert.equal(
      git.sandbox.git(folder, 'show', '-s', '--format=%at %ct', first.commit),
      '1700000100 1700000100',
    );
  });

  it('works with SHA-256 ids, in a worktree and in a mirror', async () => {
    const remote = git.sandbox.makeBareRemote();
    const folder = git.sandbox.makeRepository({ files: { a: '1' }, remote });
    git.sandbox.git(folder, 'worktree', 'add', '--quiet', '--detach', join(git.sandbox.folder, 'tree'));
    const modern = git.sandbox.makeRepository({ name: 'modern', files: { a: '1' }, objectFormat: 'sha256' });
    const mirror = await git.repositories.openMirror(remote, join(git.sandbox.folder, 'm'), git.signal);
    await mirror.fetchBranch('origin', 'main', git.signal);
    const places = [modern, join(git.sandbox.folder, 'tree')];
    for (const repository of [...(await Promise.all(places.map(git.open))), mirror]) {
      const where = repository.place.top ?? folder;
      const base = git.sandbox.git(where, 'rev-parse', 'HEAD');
      const { commit } = await repository.commit({ base, edits: edits({ 'b/c': '2' }), message }, git.signal);
      const files = await repository.listTree(commit, '', git.signal);
      assert.deepEqual(
        files.map(({ path }) => path),
        ['a', 'b/c'],
      );
    }
  });

  it('leaves what stands staged, changed and stashed', async () => {
    const { folder, base } = await start({ a: '1', b: '1' });
    writeFiles(folder, { a: 'stashed' });
    git.sandbox.git(folder, 'stash', '--quiet');
    writeFiles(folder, { a: 'staged', b: 'changed', c: 'untracked' });
    git.sandbox.git(folder, 'add', 'a');
    const repository = await git.openGuarded(folder);
    await repository.commit({ base, edits: edits({ b: '2' }), message }, git.signal);
  });

  for (const path of [
    '../x',
    '.git/config',
    'a/.GIT/x',
    '/etc/x',
    'a//b',
    'a\nb',
    'link',
    'link/x',
    'file/x',
    'sub',
  ]) {
    it(`refuses to edit ${JSON.stringify(path)}`, async () => {
      const { folder, base } = await start({ file: '1', link: { link: '/etc' } });
      git.sandbox.git(folder, 'update-index', '--add', '--cacheinfo', `160000,${base},sub`);
      git.sandbox.git(folder, 'commit', '--quiet', '-m', 'Add a submodule');
      const from = git.sandbox.git(folder, 'rev-parse', 'HEAD');
      const repository = await git.openGuarded(folder);
      await assert.rejects(repository.treeWith(from, edits({ [path]: 'x' }), git.signal), {
        code: 'git-failed',
      });
    });
  }

  it('runs the commit-msg hook on a private index, and takes the message it leaves', async () => {
    const { folder, base } = await start({ a: '1' });
    hook(
      folder,
      'commit-msg',
      'git diff --cached --name-only >> "$1"',
      'echo scribble > new; git add new',
      'rm new',
    );
    const repository = await git.openGuarded(folder);
    const { commit } = await repository.commit({ base, edits: edits({ b: '2' }), message }, git.signal);
    assert.equal((await repository.readCommit(commit, git.signal)).message, `${message}\nb\n`);
  });

  it('is refused by the commit-msg hook with its words', async () => {
    const { folder, base } = await start({ a: '1' });
    hook(folder, 'commit-msg', 'echo "needs a ticket" >&2', 'exit 3');
    const repository = await git.openGuarded(folder);
    await assert.rejects(repository.commit({ base, edits: edits({ b: '2' }), message }, git.signal), {
      code: 'hook-refused',
      message: /needs a ticket/,
    });
  });

  it('finds the commit-msg hook where core.hooksPath says, and ignores one that is not executable', async () => {
    const { folder, base } = await start({ a: '1', 'my hooks/commit-msg': '#!/bin/sh\nexit 1\n' });
    git.sandbox.git(folder, 'config', 'core.hooksPath', 'my hooks');
    const repository = await git.open(folder);
    const request = { base, edits: edits({ b: '2' }), message };
    await repository.commit(request, git.signal);
    chmodSync(join(folder, 'my hooks', 'commit-msg'), 0o755);
    await assert.rejects(repository.commit(request, git.signal), { code: 'hook-refused' });
  });

  it('does not run the pre-commit hook', async () => {
    const { folder, base } = await start({ a: '1' });
    hook(folder, 'pre-commit', 'exit 1');
    const repository = await git.openGuarded(folder);
    await repository.commit({ base, edits: edits({ b: '2' }), message }, git.signal);
  });

  it('needs an identity that the user gave', async () => {
    const { folder, base } = await start({ a: '1' });
    writeFileSync(git.sandbox.globalConfig, '');
    const repository = await git.openGuarded(folder);
    const request = { base, edits: edits({ b: '2' }), message };
    await assert.rejects(repository.commit(request, git.signal), { code: 'identity-missing' });
  });

  it('is signed with the configured ssh key', async function () {
    const { folder, base } = await start({ a: '1' });
    const key = join(git.sandbox.folder, 'key');
    try {
      const generator = 'ssh-keygen';
      execFileSync(generator, ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    } catch {
      this.skip();
    }
    git.sandbox.git(folder, 'config', 'gpg.format', 'ssh');
    git.sandbox.git(folder, 'config', 'user.signingkey', key);
    git.sandbox.git(folder, 'config', 'commit.gpgsign', 'true');
    const repository = await git.openGuarded(folder);
    const { commit } = await repository.commit({ base, edits: edits({ b: '2' }), message }, git.signal);
    assert.match(
      git.sandbox.git(folder, 'cat-file', 'commit', commit),
      /^gpgsig -----BEGIN SSH SIGNATURE-----$/m,
    );
  });

  it('says when it could not be signed', async () => {
    const { folder, base } = await start({ a: '1' });
    writeFiles(git.sandbox.folder, {
      gpg: { content: '#!/bin/sh\necho "no key" >&2\nexit 2\n', executable: true },
    });
    git.sandbox.git(folder, 'config', 'gpg.program', join(git.sandbox.folder, 'gpg'));
    git.sandbox.git(folder, 'config', 'commit.gpgsign', 'true');
    const repository = await git.openGuarded(folder);
    await assert.rejects(repository.commit({ base, edits: edits({ b: '2' }), message }, git.signal), {
      code: 'signing-failed',
      message: /failed to sign/,
    });
  });
});
