import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { afterEach, describe, it } from 'mocha';
import { edits, useGit } from '../../support/gitContract.ts';
import { type GitHttpServer, serveGitOverHttp } from '../../support/gitHttpServer.ts';

describe('a remote over HTTP', () => {
  const git = useGit();
  let server: GitHttpServer | undefined;
  afterEach(() => server?.close());

  async function start(password: string | undefined) {
    const remote = git.sandbox.makeBareRemote();
    git.sandbox.git(remote, 'config', 'http.receivepack', 'true');
    const folder = git.sandbox.makeRepository({ files: { a: '1' }, remote });
    const { environment, folder: root, globalConfig } = git.sandbox;
    server = await serveGitOverHttp(root, { user: 'dev', password: 'right' }, environment);
    git.sandbox.git(folder, 'remote', 'set-url', 'origin', `${server.url}/remote.git`);
    if (password !== undefined) {
      const helper = `!f() { test "$1" = get && echo username=dev && echo password=${password}; }; f`;
      appendFileSync(globalConfig, `[credential]\n\thelper = "${helper.replaceAll('"', '\\"')}"\n`);
    }
    return { repository: await git.openGuarded(folder), base: git.sandbox.git(folder, 'rev-parse', 'HEAD') };
  }

  it("is read and pushed to with the user's credential helper", async () => {
    const { repository, base } = await start('right');
    const { defaultBranch } = await repository.remoteTips('origin', [], git.signal);
    assert.equal(defaultBranch, 'main');
    assert.equal(await repository.fetchBranch('origin', 'main', git.signal), base);
    const { commit } = await repository.commit({ base, edits: edits({ a: '2' }), message: 'm' }, git.signal);
    await repository.push('origin', commit, 'towline/dev/a', undefined, git.signal);
    const { tips } = await repository.remoteTips('origin', ['towline/dev/a'], git.signal);
    assert.equal(tips.get('towline/dev/a'), commit);
  });

  for (const [name, password] of [
    ['wrong credentials', 'wrong'],
    ['no credentials', undefined],
  ] as const) {
    it(`denies ${name}`, async () => {
      const { repository, base } = await start(password);
      const denied = { code: 'remote-denied' };
      await assert.rejects(repository.remoteTips('origin', [], git.signal), denied);
      await assert.rejects(repository.fetchBranch('origin', 'main', git.signal), denied);
      await assert.rejects(repository.push('origin', base, 'x', undefined, git.signal), denied);
    });
  }

  it('is unreachable when nobody listens, for a push too', async () => {
    const { repository, base } = await start('right');
    await server?.close();
    const unreachable = { code: 'remote-unreachable' };
    await assert.rejects(repository.remoteTips('origin', [], git.signal), unreachable);
    await assert.rejects(repository.push('origin', base, 'x', undefined, git.signal), unreachable);
  });

  it('is unreachable when it has no such repository', async () => {
    const { repository } = await start('right');
    await assert.rejects(repository.remoteTips(`${server?.url}/nope.git`, [], git.signal), {
      code: 'remote-unreachable',
    });
  });
});
