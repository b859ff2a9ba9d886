import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'mocha';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import type { BuildPlan } from '../../../../src/domain/workspace/service.ts';
import { contextFiles, listContext } from '../../../../src/engine/steps/contextFiles.ts';
import { makeBuild } from '../../../support/services.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const { signal } = new AbortController();

describe('contextFiles', () => {
  const folder = useTemporaryFolder();
  const files = createFiles();
  const atRoot = makeBuild('api', { context: '' });

  const write = (...paths: readonly string[]) => {
    for (const path of paths) writeIgnore(path, '');
  };
  const writeIgnore = (path: string, text: string) => {
    mkdirSync(dirname(join(folder(), path)), { recursive: true });
    writeFileSync(join(folder(), path), text);
  };
  const list = async (build: BuildPlan) =>
    (await listContext(folder(), build, files, signal)).entries.map(({ path }) => path).sort();

  it('are what .dockerignore leaves of the context, with its folders', async () => {
    write('api/a.js', 'api/lib/b.js', 'api/node_modules/c.js', 'web/d.js');
    writeIgnore('api/.dockerignore', 'node_modules\n');
    assert.deepEqual(await list(makeBuild('api')), ['.dockerignore', 'a.js', 'lib', 'lib/b.js']);
  });

  it('follow the file that is named after the Dockerfile before the context', async () => {
    write('a.js', 'b.js', 'api/Dockerfile');
    writeIgnore('.dockerignore', 'a.js');
    writeIgnore('api/Dockerfile.dockerignore', '*\n!a.js');
    assert.deepEqual(await list(atRoot), ['a.js']);
  });

  it('are listed without a look at any file, and have their permission bits to be sent', async () => {
    write('api/lib/run');
    chmodSync(join(folder(), 'api/lib/run'), 0o751);
    const blind = {
      ...files,
      status: (path: string) => (/\.git$/.test(path) ? undefined : assert.fail(path)),
    };
    assert.deepEqual(await listContext(folder(), makeBuild('api'), blind, signal), {
      entries: [
        { path: 'lib', kind: 'folder' },
        { path: 'lib/run', kind: 'file' },
      ],
      visited: ['', 'lib'],
    });
    const sent = await contextFiles(folder(), makeBuild('api'), files, signal);
    assert.equal(sent.find(({ path }) => path === 'lib/run')?.mode, 0o751);
  });

  it('leave out .git at the root, and nothing else that is called so', async () => {
    write('.git/HEAD', '.git/towline/runs/1', 'api/a.js', 'api/.gitignore', 'fixture/.git/HEAD');
    assert.deepEqual(await list(atRoot), [
      'api',
      'api/.gitignore',
      'api/a.js',
      'fixture',
      'fixture/.git',
      'fixture/.git/HEAD',
    ]);
  });

  it('leave out the file that stands for .git in a worktree', async () => {
    write('.git', 'a.js');
    assert.deepEqual(await list(atRoot), ['a.js']);
  });

  it('have .git back where .dockerignore says so, without the records of runs', async () => {
    write('.git/HEAD', '.git/refs/heads/main', '.git/towline/runs/1');
    writeIgnore('.dockerignore', '*\n!.git\n');
    assert.deepEqual(await list(atRoot), [
      '.git',
      '.git/HEAD',
      '.git/refs',
      '.git/refs/heads',
      '.git/refs/heads/main',
    ]);
  });

  it('stop when the build is cancelled', async () => {
    write(...Array.from({ length: 600 }, (_, index) => `api/${index}`));
    const cancelled = AbortSignal.abort(new Error('enough'));
    await assert.rejects(listContext(folder(), makeBuild('api'), files, cancelled), /enough/);
  });
});
