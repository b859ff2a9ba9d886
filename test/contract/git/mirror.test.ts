import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { edits, useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

describe('a mirror', () => {
  const git = useGit();
  const place = () => join(git.sandbox.folder, 'cache', 'ü mirror.git');
  const open = (url: string) => git.repositories.openMirror(url, place(), git.signal);

  it('is made once, fetched into and proposed from', async () => {
    const remote = git.sandbox.makeBareRemote();
    const source = git.sandbox.makeRepository({ files: { a: '1' }, remote });
    const base = git.sandbox.git(source, 'rev-parse', 'HEAD');
    const mirror = await open(remote);
    assert.equal(await mirror.fetchBranch('origin', 'main', git.signal), base);
    const { commit } = await mirror.commit({ base, edits: edits({ a: '2' }), message: 'm' }, git.signal);
    await mirror.push('origin', commit, 'towline/dev/a', undefined, git.signal);
    assert.equal(await (await open(remote)).hasObject(commit, git.signal), true);
    assert.equal(git.sandbox.git(remote, 'rev-parse', 'refs/heads/towline/dev/a'), commit);
  });

  it('is made by several at once, and leaves nothing half-made', async () => {
    const remote = git.sandbox.makeBareRemote();
    const mirrors = await Promise.all(Array.from({ length: 6 }, () => open(remote)));
    const remotes = await Promise.all(mirrors.map((mirror) => mirror.remotes(git.signal)));
    assert.deepEqual(new Set(remotes.map(([first]) => first?.url)), new Set([remote]));
    assert.deepEqual(readdirSync(join(git.sandbox.folder, 'cache')), ['ü mirror.git']);
  });

  it('follows a changed address and clears what a crash left long ago', async () => {
    const [first, second] = [git.sandbox.makeBareRemote('1.git'), git.sandbox.makeBareRemote('2.git')];
    const draft = `${place()}.abc.new`;
    mkdirSync(draft, { recursive: true });
    utimesSync(draft, new Date(1e12), new Date(1e12));
    await open(first);
    assert.deepEqual(await (await open(second)).remotes(git.signal), [{ name: 'origin', url: second }]);
    assert.deepEqual(readdirSync(join(git.sandbox.folder, 'cache')), ['ü mirror.git']);
  });

  it('does not take the place of something else', async () => {
    writeFiles(place(), { precious: 'x' });
    await assert.rejects(open(git.sandbox.makeBareRemote()), {
      code: 'git-failed',
      message: /something else/,
    });
    assert.deepEqual(readdirSync(place()), ['precious']);
  });

  for (const url of [
    '--upload-pack=id',
    'ext::sh -c id',
    'evil::x',
    'ssh://-oProxyCommand=id/x',
    'ssh://git@-oProxyCommand=id/x',
    '-oProxyCommand=id:x',
    'relative/path',
    'ftp://example.org/x',
    'https://example.org/x\ny',
    '',
  ]) {
    it(`refuses the address ${JSON.stringify(url)}`, async () => {
      await assert.rejects(open(url), { code: 'git-failed' });
    });
  }
});
