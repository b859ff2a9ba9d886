import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createNewestCommits } from '../../../../src/engine/workspace/newestCommits.ts';
import type { OpenWorkspace } from '../../../../src/engine/workspace/openWorkspace.ts';
import { makeService } from '../../../support/services.ts';

describe('the newest commit that touched a service', () => {
  const { signal } = new AbortController();

  function open(head: string | undefined, answer: (paths: readonly string[]) => Promise<unknown>) {
    const asked: string[] = [];
    const repository = {
      lastCommitTouching(from: string, paths: readonly string[]) {
        asked.push(`${from} ${paths.join()}`);
        return answer(paths);
      },
    };
    const opened = { repository, prefix: 'shop', state: { head } } as unknown as OpenWorkspace;
    return { asked, commits: createNewestCommits(opened) };
  }

  it('is asked for once each, below the workspace', async () => {
    const { asked, commits } = open('head', async (paths) => ({ id: paths[0] }));
    const [api, web] = [makeService('api'), makeService('web')];
    const [first, second] = await Promise.all([commits.of(api, signal), commits.of(api, signal)]);
    assert.equal(first, second);
    assert.notEqual((await commits.of(web, signal))?.id, first?.id);
    assert.equal(asked.length, 2);
    assert.match(asked[0] ?? '', /^head shop\/api/);
  });

  it('is asked for again where the first who asked met a failure', async () => {
    let failing = true;
    const { commits } = open('head', async () => {
      if (failing) throw new Error('no git');
      return { id: 'commit' };
    });
    await assert.rejects(commits.of(makeService('api'), signal), /no git/);
    failing = false;
    assert.equal((await commits.of(makeService('api'), signal))?.id, 'commit');
  });

  it('is none where nothing is committed', async () => {
    const { asked, commits } = open(undefined, async () => ({ id: 'commit' }));
    assert.equal(await commits.of(makeService('api'), signal), undefined);
    assert.deepEqual(asked, []);
  });
});
