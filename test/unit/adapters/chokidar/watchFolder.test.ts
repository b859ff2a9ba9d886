import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'mocha';
import { watchFolder } from '../../../../src/adapters/chokidar/watchFolder.ts';
import { deferred } from '../../../../src/base/deferred.ts';
import type { Disposable } from '../../../../src/base/disposable.ts';
import { skipTest } from '../../../support/skipTest.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const tested = pathToFileURL(join(import.meta.dirname, '../../../../src/adapters/chokidar/watchFolder.ts'));

/** A program that watches the folder it stands in, ends watching as told, and must then end by itself. */
function runWatcher(folder: string, program: string, before: readonly string[] = []) {
  const script = `import { watchFolder } from '${tested}'; import { appendFileSync } from 'node:fs'; ${program}`;
  const [command = '', ...words] = [...before, process.execPath, '--input-type=module', '--eval', script];
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    timeout: 20_000,
  });
  assert.equal(status, 0, stderr || 'it does not end');
  return stdout;
}

describe('watching a folder', function () {
  this.timeout(30_000);
  const folder = useTemporaryFolder();
  const at = (name: string) => join(folder(), name);
  let watching: Disposable | undefined;
  afterEach(() => watching?.dispose());

  it('tells what appears, changes and goes, and nothing of what was there', async () => {
    writeFileSync(at('old'), '');
    let told = deferred<string>();
    watching = await watchFolder(folder(), (name) => told.resolve(name));
    for (const [name, change] of [
      ['new', () => writeFileSync(at('new'), '')],
      ['old', () => appendFileSync(at('old'), 'x')],
      ['old', () => rmSync(at('old'))],
    ] as const) {
      told = deferred();
      change();
      assert.equal(await told.promise, name);
    }
  });

  it('tells of the last of changes that come in quick succession', async () => {
    writeFileSync(at('log'), '');
    const first = deferred<void>();
    const last = deferred<void>();
    watching = await watchFolder(folder(), () => {
      first.resolve();
      if (readFileSync(at('log'), 'utf8').endsWith('last')) last.resolve();
    });
    appendFileSync(at('log'), 'first');
    await first.promise;
    appendFileSync(at('log'), 'last');
    await last.promise;
  });

  it('tells nothing once it is disposed of, and lets the process end', () => {
    const program = `
      const watching = await watchFolder('.', (name) => { console.log(name); watching.dispose(); appendFileSync(name, 'y'); });
      appendFileSync('log', 'x');`;
    assert.deepEqual(runWatcher(folder(), program), 'log\n');
  });

  it('looks by itself where the system has no watches left', function () {
    const unshare = ['unshare', '--user', '--map-root-user'];
    const limit = '/proc/sys/user/max_inotify_watches';
    if (!existsSync(limit)) skipTest(this, 'the limit is one of Linux');
    if (spawnSync(unshare[0] ?? '', [...unshare.slice(1), 'true']).status !== 0)
      skipTest(this, 'this user may not make user namespaces');
    writeFileSync(at('log'), '');
    const program = `
      const watching = await watchFolder('.', (name) => { console.log(name); if (name === 'end') watching.dispose(); });
      appendFileSync('end', 'x');`;
    const limited = [...unshare, 'sh', '-c', `echo 0 > ${limit}; exec "$@"`, 'sh'];
    assert.match(runWatcher(folder(), program, limited), /^end$/m);
  });
});
