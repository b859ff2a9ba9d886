import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import { createFingerprints } from '../../../../src/engine/keys/fingerprints.ts';
import type { Files } from '../../../../src/engine/ports/files.ts';
import { createFakeRecords } from '../../../support/fakeStores.ts';
import { skipTest } from '../../../support/skipTest.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const { signal } = new AbortController();

describe('fingerprints', () => {
  const folder = useTemporaryFolder();
  let hashed: string[] = [];
  let files: Files;
  let records = createFakeRecords();
  beforeEach(() => {
    hashed = [];
    records = createFakeRecords();
    const real = createFiles();
    const hash: Files['hash'] = (path, aborted) => {
      hashed.push(path.slice(folder().length + 1));
      return real.hash(path, aborted);
    };
    files = { ...real, hash };
  });

  const write = (path: string, text: string) => writeFileSync(join(folder(), path), text);
  const long = 60_000;
  /** A process of its own, that begins with what the records hold, some time after the files were written. */
  const start = (later = long) => createFingerprints(folder(), files, records, () => Date.now() + later);
  const once = async (paths: readonly string[], later = long) => {
    const fingerprints = start(later);
    const found = await fingerprints.of(paths, 'known', signal);
    await fingerprints.save();
    return found;
  };

  it('are mode and content', async () => {
    write('a', 'one');
    chmodSync(join(folder(), 'a'), 0o644);
    const before = (await once(['a'])).get('a');
    assert.match(before ?? '', /^644 [0-9a-f]{64}$/);
    chmodSync(join(folder(), 'a'), 0o755);
    assert.equal((await once(['a'])).get('a'), before?.replace('644', '755'));
  });

  it('are read once while a file stays as it is, also by the next process', async () => {
    write('a', 'one');
    write('b', 'two');
    chmodSync(join(folder(), 'b'), 0o755);
    const first = await once(['a', 'b']);
    assert.deepEqual(await once(['a', 'b']), first);
    assert.deepEqual(hashed, ['a', 'b']);
  });

  describe('of one run', () => {
    let looked: string[] = [];
    beforeEach(() => {
      looked = [];
      const { status } = files;
      files = {
        ...files,
        status(path) {
          looked.push(path.slice(folder().length + 1));
          return status(path);
        },
      };
      write('a', 'one');
    });

    it('are looked at once for all its keys, also what is not there', async () => {
      const fingerprints = start();
      const first = await fingerprints.of(['a', 'b'], 'known', signal);
      looked = [];
      write('a', 'three');
      write('b', 'new');
      assert.deepEqual(await fingerprints.of(['a', 'b'], 'known', signal), first);
      assert.deepEqual(looked, []);
    });

    it('are looked at again when they must be fresh, which is what is known from then on', async () => {
      const fingerprints = start();
      const first = await fingerprints.of(['a', 'b'], 'known', signal);
      write('a', 'three');
      write('b', 'new');
      const fresh = await fingerprints.of(['a', 'b'], 'fresh', signal);
      assert.notEqual(fresh.get('a'), first.get('a'));
      assert.deepEqual([...fresh.keys()], ['a', 'b']);
      rmSync(join(folder(), 'b'));
      assert.deepEqual(await fingerprints.of(['a', 'b'], 'known', signal), fresh);
      assert.deepEqual([...(await fingerprints.of(['a', 'b'], 'fresh', signal)).keys()], ['a']);
      assert.deepEqual([...(await fingerprints.of(['a', 'b'], 'known', signal)).keys()], ['a']);
    });
  });

  it('are the same after a touch', async () => {
    write('a', 'one');
    const before = await once(['a']);
    utimesSync(join(folder(), 'a'), 1, 1);
    assert.deepEqual(await once(['a']), before);
    assert.deepEqual(hashed, ['a', 'a']);
  });

  it('see other content of the same size behind a restored time', async () => {
    const path = join(folder(), 'a');
    const writeAtOldTime = (text: string) => {
      writeFileSync(path, text);
      utimesSync(path, 1000, 1000);
    };
    writeAtOldTime('one');
    const before = await once(['a']);
    writeAtOldTime('two');
    assert.notEqual((await once(['a'])).get('a'), before.get('a'));
  });

  it('see a file put in the place of another', async () => {
    write('a', 'one');
    const before = await once(['a']);
    rmSync(join(folder(), 'a'));
    write('a', 'two');
    assert.notEqual((await once(['a'])).get('a'), before.get('a'));
  });

  it('read a file again that changed so shortly before that its time may not show the next change', async () => {
    write('a', 'one');
    await once(['a'], 500);
    await once(['a'], 500);
    assert.deepEqual(hashed, ['a', 'a']);
    await once(['a']);
    await once(['a']);
    assert.deepEqual(hashed, ['a', 'a', 'a']);
  });

  it('trust no file from the future', async () => {
    write('a', 'one');
    const ahead = Date.now() / 1000 + 3600;
    utimesSync(join(folder(), 'a'), ahead, ahead);
    await once(['a']);
    await once(['a']);
    assert.deepEqual(hashed, ['a', 'a']);
  });

  it('take a symbolic link for where it points', async () => {
    symlinkSync('nowhere', join(folder(), 'a'));
    assert.equal((await once(['a'])).get('a'), 'link nowhere');
  });

  it('do not wait for a pipe', async function () {
    if (process.platform === 'win32') skipTest(this, 'Windows has no named pipes in folders');
    execFileSync('mkfifo', [join(folder(), 'a')]);
    assert.equal((await once(['a'])).get('a'), 'special');
    assert.deepEqual(hashed, []);
  });

  it('leave out what is gone and what is a folder', async () => {
    mkdirSync(join(folder(), 'b'));
    assert.deepEqual([...(await once(['a', 'b', 'b/c']))], []);
  });

  it('refuse a file that changes while it is read', async () => {
    write('a', 'one');
    const { hash } = files;
    files = {
      ...files,
      async hash(path, aborted) {
        const result = await hash(path, aborted);
        write('a', 'longer');
        return result;
      },
    };
    await assert.rejects(start().of(['a'], 'known', signal), { code: 'inputs-changed' });
  });

  it('survive records that somebody damaged', async () => {
    write('a', 'one');
    const before = await once(['a']);
    for (const text of ['', '\n', 'x', 'x y\n', '1 2 3', '\0\0\0\n']) {
      records = createFakeRecords({ fingerprints: text });
      assert.deepEqual(await once(['a']), before, JSON.stringify(text));
    }
  });

  it('keep paths apart that have blanks', async () => {
    write('a b c', 'one');
    write('b c', 'two');
    const before = await once(['a b c', 'b c']);
    assert.deepEqual(await once(['a b c', 'b c']), before);
    assert.equal(hashed.length, 2);
  });

  it('write nothing where nothing was learnt', async () => {
    write('a', 'one');
    await once(['a']);
    await once(['a']);
    assert.deepEqual(records.writes, ['fingerprints']);
  });

  it('stop when they are cancelled, thousands of files before the end', async () => {
    const cancel = new AbortController();
    let looked = 0;
    const real = files.status;
    files = {
      ...files,
      status(path) {
        looked += 1;
        if (looked === 10) cancel.abort(new Error('enough'));
        return real(path);
      },
    };
    const paths = Array.from({ length: 5000 }, (_, index) => `none${index}`);
    await assert.rejects(start().of(paths, 'known', cancel.signal), /enough/);
    assert.ok(looked < 1000);
  });
});
