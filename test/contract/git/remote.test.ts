import assert from 'node:assert/strict';
import { chmodSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, it } from 'mocha';
import { edits, useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

/** A killed process is there until the system has taken its exit code. */
async function untilGone(pid: number) {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await wait(5);
  }
}

describe('a remote', () => {
  const git = useGit();
  const branch = 'towline/dev/api';

  async function start() {
    const remote = git.sandbox.makeBareRemote();
    const folder = git.sandbox.makeRepository({ files: { a: '1' }, remote });
    const base = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    const repository = await git.openGuarded(folder);
    const commit = async (content: string) =>
      (await repository.commit({ base, edits: edits({ a: content }), message: content }, git.signal)).commit;
    return { remote, folder, base, repository, commit };
  }

  function hook(folder: string, name: string, ...lines: readonly string[]) {
    writeFiles(folder, { [`hooks/${name}`]: `#!/bin/sh\n${lines.join('\n')}\n` });
    chmodSync(join(folder, 'hooks', name), 0o755);
  }

  it('tells its default branch and tips in one exchange, without branches that only end alike', async () => {
    const { repository, remote, base } = await start();
    git.sandbox.git(remote, 'update-ref', 'refs/heads/x/refs/heads/dev', base);
    git.sandbox.git(remote, 'update-ref', 'refs/heads/x/HEAD', base);
    const { defaultBranch, tips } = await repository.remoteTips('origin', ['dev', 'none'], git.signal);
    assert.equal(defaultBranch, 'main');
    assert.deepEqual([...tips], [['main', base]]);
  });

  it('has branches that hold a commit or not, as far as is known here', async () => {
    const remote = git.sandbox.makeBareRemote();
    const folder = git.sandbox.makeRepository({ files: { a: '1' }, remote });
    const run = (...args: readonly string[]) => git.sandbox.git(folder, ...args);
    const commit = (content: string) => {
      writeFiles(folder, { a: content });
      return git.sandbox.commitAll(folder, content);
    };
    const base = run('rev-parse', 'HEAD');
    const pushed = commit('pushed');
    run('push', '--quiet', 'origin', 'main:feature/x');
    const own = commit('own');
    const unnamed = await git.openGuarded(folder);
    const both = { defaultBranch: undefined, holding: ['feature/x', 'main'] };
    assert.deepEqual(await unnamed.remoteBranchesWith('origin', base, git.signal), both);

    const named = git.sandbox.makeRepository({ name: 'named', files: { a: '1' }, remote });
    git.sandbox.git(named, 'fetch', '--quiet', folder, 'main');
    git.sandbox.git(named, 'fetch', '--quiet', 'origin', '+refs/heads/*:refs/remotes/origin/*');
    git.sandbox.git(named, 'remote', 'set-head', 'origin', 'main');
    const repository = await git.openGuarded(named);
    const held = (id: string) => repository.remoteBranchesWith('origin', id, git.signal);
    // What the remote says meanwhile is not heard: it is not asked.
    git.sandbox.git(remote, 'update-ref', '-d', 'refs/heads/feature/x');
    assert.deepEqual(await held(pushed), { defaultBranch: 'main', holding: ['feature/x'] });
    assert.deepEqual(await held(own), { defaultBranch: 'main', holding: [] });
    assert.equal(await held('1'.repeat(40)), undefined);
    assert.equal(await repository.remoteBranchesWith('other', pushed, git.signal), undefined);
  });

  it('is fetched from without moving a ref, tag or FETCH_HEAD of the user', async () => {
    const { repository, remote, folder } = await start();
    const other = join(git.sandbox.folder, 'other');
    git.sandbox.git(git.sandbox.folder, 'clone', '--quiet', remote, other);
    writeFiles(other, { a: 'newer' });
    const tip = git.sandbox.commitAll(other, 'Newer');
    git.sandbox.git(other, 'tag', 'v1');
    git.sandbox.git(other, 'push', '--quiet', '--tags', 'origin', 'main');
    assert.equal(await repository.fetchBranch('origin', 'main', git.signal), tip);
    assert.equal(existsSync(join(folder, '.git', 'FETCH_HEAD')), false);
    assert.equal(await repository.hasObject(tip, git.signal), true);
  });

  it('is fetched from after a branch became a folder of branches', async () => {
    const { repository, remote, base } = await start();
    git.sandbox.git(remote, 'update-ref', 'refs/heads/a', base);
    await repository.fetchBranch('origin', 'a', git.signal);
    git.sandbox.git(remote, 'update-ref', '-d', 'refs/heads/a');
    git.sandbox.git(remote, 'update-ref', 'refs/heads/a/b', base);
    assert.equal(await repository.fetchBranch('origin', 'a/b', git.signal), base);
  });

  for (const [host, ref] of [
    ['GitHub and Gitea', 'refs/pull/7/head'],
    ['GitLab', 'refs/merge-requests/7/head'],
  ] as const)
    it(`gives the head of a request where ${host} keep it, and none of another number`, async () => {
      const { repository, remote, folder } = await start();
      const other = join(git.sandbox.folder, 'other');
      git.sandbox.git(git.sandbox.folder, 'clone', '--quiet', remote, other);
      writeFiles(other, { a: 'asked for' });
      const head = git.sandbox.commitAll(other, 'Asked for');
      git.sandbox.git(other, 'push', '--quiet', 'origin', `HEAD:${ref}`, `HEAD:refs/heads/x/${ref}`);
      assert.equal(await repository.fetchPull('origin', 7, git.signal), head);
      assert.equal(await repository.hasObject(head, git.signal), true);
      assert.equal(existsSync(join(folder, '.git', 'FETCH_HEAD')), false);
      await assert.rejects(repository.fetchPull('origin', 8, git.signal), { code: 'branch-missing' });
    });

  it('says when the branch, or the remote, is not there', async () => {
    const { repository, folder } = await start();
    await assert.rejects(repository.fetchBranch('origin', 'nope', git.signal), { code: 'branch-missing' });
    git.sandbox.git(folder, 'remote', 'add', 'gone', join(git.sandbox.folder, 'nowhere.git'));
    const asking = repository.remoteTips('gone', [], git.signal);
    await assert.rejects(asking, { code: 'remote-unreachable' });
    git.sandbox.git(folder, 'remote', 'remove', 'gone');
  });

  it('takes a new branch once, its next commit with the right lease, and the same commit again', async () => {
    const { repository, remote, commit, base } = await start();
    const [first, second] = [await commit('2'), await commit('3')];
    await repository.push('origin', first, branch, undefined, git.signal);
    const again = repository.push('origin', second, branch, undefined, git.signal);
    await assert.rejects(again, { code: 'branch-moved' });
    await assert.rejects(repository.push('origin', second, branch, base, git.signal), {
      code: 'branch-moved',
    });
    await repository.push('origin', second, branch, first, git.signal);
    await repository.push('origin', second, branch, first, git.signal);
    assert.equal(git.sandbox.git(remote, 'rev-parse', `refs/heads/${branch}`), second);
  });

  it('loses a branch only where it was expected, and one that is gone is no trouble', async () => {
    const { repository, commit, base } = await start();
    const tip = await commit('2');
    await repository.push('origin', tip, branch, undefined, git.signal);
    const wrong = repository.deleteRemoteBranch('origin', branch, base, git.signal);
    await assert.rejects(wrong, { code: 'branch-moved' });
    await repository.deleteRemoteBranch('origin', branch, tip, git.signal);
    await repository.deleteRemoteBranch('origin', branch, tip, git.signal);
    assert.equal((await repository.remoteTips('origin', [branch], git.signal)).tips.has(branch), false);
  });

  it('may be refused by the pre-push hook, whose words are kept', async () => {
    const { repository, commit, folder, remote } = await start();
    hook(join(folder, '.git'), 'pre-push', 'echo "not on a Friday" >&2', 'exit 1');
    const pushing = repository.push('origin', await commit('2'), branch, undefined, git.signal);
    await assert.rejects(pushing, { code: 'hook-refused', message: /not on a Friday/ });
    assert.throws(() => git.sandbox.git(remote, 'rev-parse', '--verify', `refs/heads/${branch}`));
  });

  it('may refuse, and its words are kept', async () => {
    const { repository, commit, remote } = await start();
    hook(remote, 'pre-receive', 'echo "only through review" >&2', 'exit 1');
    const pushing = repository.push('origin', await commit('2'), branch, undefined, git.signal);
    await assert.rejects(pushing, {
      code: 'push-rejected',
      message: /pre-receive hook declined\nonly through review/,
    });
  });

  it('gets this branch and nothing else, whatever push configuration says', async () => {
    const { repository, commit, folder, remote } = await start();
    git.sandbox.git(folder, 'tag', '-a', '-m', 'x', 'v1');
    for (const setting of ['push.followTags', 'remote.origin.mirror']) {
      git.sandbox.git(folder, 'config', setting, 'true');
    }
    const opened = await git.open(folder);
    await opened.push('origin', await commit('2'), branch, undefined, git.signal);
    assert.equal(
      git.sandbox.git(remote, 'for-each-ref', '--format=%(refname)'),
      `refs/heads/main\nrefs/heads/${branch}`,
    );
    git.sandbox.git(folder, 'config', '--unset', 'push.followTags');
    git.sandbox.git(folder, 'config', '--unset', 'remote.origin.mirror');
    git.sandbox.git(folder, 'tag', '-d', 'v1');
    await repository.remotes(git.signal);
  });

  it('is stopped with everything it started when cancelled', async () => {
    const { repository, commit, folder } = await start();
    const marker = join(git.sandbox.folder, 'pid');
    hook(
      join(folder, '.git'),
      'pre-push',
      'trap "" TERM',
      `sleep 60 & echo $! > '${marker}.part'`,
      `mv '${marker}.part' '${marker}'`,
      'wait',
    );
    const cancel = new AbortController();
    const pushing = repository.push('origin', await commit('2'), branch, undefined, cancel.signal);
    const poll = setInterval(() => {
      if (existsSync(marker)) cancel.abort(new Error('enough'));
    }, 10);
    await assert.rejects(pushing, { message: 'enough' });
    clearInterval(poll);
    await untilGone(Number(readFileSync(marker, 'utf8')));
  });

  it('serves a partial clone the contents it lacks, once it was fetched from', async () => {
    const { remote } = await start();
    git.sandbox.git(remote, 'config', 'uploadpack.allowFilter', 'true');
    git.sandbox.git(
      git.sandbox.folder,
      'clone',
      '--quiet',
      '--no-checkout',
      '--filter=blob:none',
      `file://${remote}`,
      'partial',
    );
    const repository = await git.open(join(git.sandbox.folder, 'partial'));
    const head = git.sandbox.git(remote, 'rev-parse', 'refs/heads/main');
    const ids = (await repository.listTree(head, '', git.signal)).map(({ id }) => id);
    await assert.rejects(repository.readBlobs(ids, git.signal), { code: 'git-failed' });
    assert.equal(await repository.hasObject(ids[0] ?? '', git.signal), false);
    await repository.fetchBranch('origin', 'main', git.signal);
    assert.equal((await repository.readBlobs(ids, git.signal)).size, 1);
  });
});
