import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createRepositories } from '../../../src/adapters/git/createRepositories.ts';
import { useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

describe('reading objects', function () {
  this.timeout(20_000);
  const git = useGit();

  /** A repository whose every git process leaves a line in `started`. */
  async function openCounted(files: Record<string, string>) {
    const folder = git.sandbox.makeRepository({ files });
    const log = join(git.sandbox.folder, 'started');
    const program = join(git.sandbox.folder, 'git');
    const found = execFileSync('which', ['git']).toString().trim();
    writeFiles(git.sandbox.folder, {
      git: { content: `#!/bin/sh\necho "$@" >> '${log}'\nexec '${found}' "$@"\n`, executable: true },
    });
    const repository = await createRepositories({ environment: git.sandbox.environment, program }).open(
      folder,
      git.signal,
    );
    const head = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    const started = () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line.includes(' cat-file ')).length;
    return { folder, repository, head, started };
  }

  it('takes one process for questions that follow each other or come at once', async () => {
    const { repository, head, started } = await openCounted({ a: '1', 'b/c': '2' });
    const files = await repository.listTree(head, '', git.signal);
    const [blobs, known, commit, missing, tree] = await Promise.all([
      repository.readBlobs(
        files.map(({ id }) => id),
        git.signal,
      ),
      repository.hasObject(head, git.signal),
      repository.readCommit(head, git.signal),
      repository.hasObject('1'.repeat(40), git.signal),
      repository.treeWith(head, [], git.signal),
    ]);
    assert.deepEqual(
      files.map(({ id }) => Buffer.from(blobs.get(id) ?? []).toString()),
      ['1', '2'],
    );
    assert.deepEqual([known, missing, commit.tree], [true, false, tree]);
    assert.equal(started(), 1);
  });

  it('reads large objects whole', async () => {
    const large = 'x'.repeat(3_000_000);
    const { repository, head } = await openCounted({ large, small: '1' });
    const files = await repository.listTree(head, '', git.signal);
    const blobs = await repository.readBlobs(
      files.map(({ id }) => id),
      git.signal,
    );
    assert.deepEqual(
      files.map(({ id }) => blobs.get(id)?.length),
      [large.length, 1],
    );
  });

  it('sees what is written while the process lives', async () => {
    const { folder, repository, head, started } = await openCounted({ a: '1' });
    assert.equal(await repository.hasObject(head, git.signal), true);
    const next = git.sandbox.commitAll(folder, 'Next');
    git.sandbox.git(folder, 'gc', '--quiet');
    assert.equal((await repository.readCommit(next, git.signal)).message, 'Next\n');
    assert.ok(started() >= 1);
  });

  it('gives up with the reason of the signal, and answers the next question', async () => {
    const { repository, head } = await openCounted({ a: '1' });
    const cancel = new AbortController();
    const reading = repository.hasObject(head, cancel.signal);
    cancel.abort(new Error('enough'));
    await assert.rejects(reading, { message: 'enough' });
    assert.equal(await repository.hasObject(head, git.signal), true);
  });

  it('does not keep a program alive that has nothing else to do', async () => {
    const { folder, head } = await openCounted({ a: '1' });
    const module = join(import.meta.dirname, '../../../src/adapters/git/createRepositories.ts');
    const program = `
      import { createRepositories } from ${JSON.stringify(module)};
      const { signal } = new AbortController();
      const repository = await createRepositories({ environment: process.env }).open(${JSON.stringify(folder)}, signal);
      console.log(await repository.hasObject('${head}', signal));
      const asked = performance.now();
      process.on('exit', () => console.log(performance.now() - asked < 150));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
      env: git.sandbox.environment,
    });
    assert.equal(stdout.toString(), 'true\ntrue\n');
  });
});
