import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createFiles } from '../../../../src/adapters/node/nodeFiles.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { skipTest } from '../../../support/skipTest.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const never = new AbortController().signal;
const files = createFiles();
const onPosix = process.platform !== 'win32';

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof TowlineError && error.code === code;
}

describe('files of this machine', () => {
  const folder = useTemporaryFolder();
  const at = (...names: string[]) => join(folder(), ...names);

  describe('status', () => {
    it('tells a file, a folder and a link from each other without following the link', () => {
      writeFileSync(at('file'), 'abc');
      symlinkSync('nowhere', at('link'));
      assert.equal(files.status(at('file'))?.kind, 'file');
      assert.equal(files.status(at('file'))?.size, 3);
      assert.equal(files.status(folder())?.kind, 'folder');
      assert.equal(files.status(at('link'))?.kind, 'symlink');
    });

    it('finds nothing where nothing is, or where a file stands in the way', () => {
      writeFileSync(at('file'), '');
      assert.equal(files.status(at('missing')), undefined);
      assert.equal(files.status(at('file', 'below')), undefined);
    });

    it('gives the permission bits', function () {
      if (!onPosix) skipTest(this, 'Windows has neither pipes by name nor permission bits');
      writeFileSync(at('script'), '');
      chmodSync(at('script'), 0o750);
      assert.equal(files.status(at('script'))?.mode, 0o750);
    });

    it('changes its stamp when content of the same length and time stands there', () => {
      writeFileSync(at('file'), 'abc');
      utimesSync(at('file'), 1_000, 1_000);
      const before = files.status(at('file'));
      writeFileSync(at('file'), 'xyz');
      utimesSync(at('file'), 1_000, 1_000);
      assert.notEqual(files.status(at('file'))?.stamp, before?.stamp);
    });

    it('keeps its stamp while nothing changes', () => {
      writeFileSync(at('file'), 'abc');
      assert.equal(files.status(at('file'))?.stamp, files.status(at('file'))?.stamp);
    });

    it('counts a change of the permission bits as a change', () => {
      writeFileSync(at('file'), 'abc');
      utimesSync(at('file'), 1_000, 1_000);
      const { ctimeMs } = lstatSync(at('file'));
      assert.ok(Math.abs((files.status(at('file'))?.changedAt ?? 0) - ctimeMs) < 1);
    });
  });

  describe('listing a folder', () => {
    it('sorts by name and gives kinds', () => {
      mkdirSync(at('b'));
      writeFileSync(at('c'), '');
      symlinkSync('b', at('a'));
      assert.deepEqual(files.listFolder(folder()), [
        { name: 'a', kind: 'symlink' },
        { name: 'b', kind: 'folder' },
        { name: 'c', kind: 'file' },
      ]);
    });

    it('finds nothing in a file or a missing folder', () => {
      writeFileSync(at('file'), '');
      assert.equal(files.listFolder(at('file')), undefined);
      assert.equal(files.listFolder(at('missing')), undefined);
    });
  });

  describe('reading text', () => {
    it('drops a byte order mark', () => {
      writeFileSync(at('file'), '\ufeffnäme: 1\r\n');
      assert.equal(files.readText(at('file')), 'näme: 1\r\n');
    });

    it('follows links', () => {
      writeFileSync(at('file'), 'abc');
      symlinkSync('file', at('link'));
      assert.equal(files.readText(at('link')), 'abc');
    });

    it('finds no text in missing names and folders', () => {
      writeFileSync(at('file'), '');
      assert.equal(files.readText(at('missing')), undefined);
      assert.equal(files.readText(at('file', 'below')), undefined);
      assert.equal(files.readText(folder()), undefined);
    });

    it('refuses a pipe instead of waiting for it', function () {
      if (!onPosix) skipTest(this, 'Windows has neither pipes by name nor permission bits');
      execFileSync('mkfifo', [at('pipe')]);
      assert.throws(() => files.readText(at('pipe')), isCode('context-unreadable'));
    });

    it('refuses a loop of links', () => {
      symlinkSync('b', at('a'));
      symlinkSync('a', at('b'));
      assert.throws(() => files.readText(at('a')), isCode('context-unreadable'));
    });
  });

  describe('hashing', () => {
    for (const size of [0, 3, 256 * 1024 - 1, 256 * 1024, 3 * 1024 * 1024 + 1]) {
      it(`gives the SHA-256 of ${size} bytes`, async () => {
        const bytes = randomBytes(size);
        writeFileSync(at('file'), bytes);
        const expected = createHash('sha256').update(bytes).digest('hex');
        assert.equal(await files.hash(at('file'), never), expected);
      });
    }

    it('refuses links, folders, pipes and missing files', async () => {
      writeFileSync(at('file'), '');
      symlinkSync('file', at('link'));
      if (onPosix) execFileSync('mkfifo', [at('pipe')]);
      for (const name of ['link', '.', 'pipe', 'missing']) {
        await assert.rejects(files.hash(at(name), never), isCode('context-unreadable'), name);
      }
    });

    it('stops in the middle of a big file', async () => {
      writeFileSync(at('big'), Buffer.alloc(64 * 1024 * 1024));
      const controller = new AbortController();
      const hashing = files.hash(at('big'), controller.signal);
      controller.abort(new Error('enough'));
      await assert.rejects(hashing, /enough/);
    });
  });

  describe('writing a whole file', () => {
    it('replaces the text and leaves nothing else behind', async () => {
      writeFileSync(at('file'), 'old');
      await files.writeWhole(at('file'), 'néw');
      assert.equal(readFileSync(at('file'), 'utf8'), 'néw');
      assert.deepEqual(readdirSync(folder()), ['file']);
    });

    it('keeps the permission bits of the file it replaces', async function () {
      if (!onPosix) skipTest(this, 'Windows has neither pipes by name nor permission bits');
      writeFileSync(at('file'), 'old');
      chmodSync(at('file'), 0o640);
      await files.writeWhole(at('file'), 'new');
      assert.equal(statSync(at('file')).mode & 0o777, 0o640);
    });

    it('says which file it could not write and leaves nothing behind', async () => {
      mkdirSync(at('taken'));
      await assert.rejects(files.writeWhole(at('taken'), 'text'), (error) => {
        assert.ok(TowlineError.is(error, 'journal-failed'));
        return error.failure.why.includes('taken');
      });
      assert.deepEqual(readdirSync(folder()), ['taken']);
    });
  });

  it('makes folders on the way, temporary ones, and removes what is there or not', async () => {
    await files.makeFolder(at('a', 'b'));
    await files.makeFolder(at('a', 'b'));
    const temporary = await files.makeTemporaryFolder('towline-');
    assert.ok(existsSync(at('a', 'b')) && existsSync(temporary));
    await files.remove(temporary);
    await files.remove(at('a'));
    await files.remove(at('a'));
    assert.ok(!existsSync(temporary) && !existsSync(at('a')));
  });

  it('reads where a link points, and nothing of other files', () => {
    writeFileSync(at('file'), '');
    symlinkSync('../elsewhere', at('link'));
    assert.equal(files.readLink(at('link')), '../elsewhere');
    assert.equal(files.readLink(at('file')), undefined);
    assert.equal(files.readLink(at('missing')), undefined);
  });

  it('finds files by pattern that are new enough', () => {
    for (const name of ['a', 'b']) mkdirSync(at(name, 'reports'), { recursive: true });
    const add = (path: string, seconds: number) => {
      writeFileSync(at(path), '');
      utimesSync(at(path), seconds, seconds);
    };
    add('a/reports/TEST-one.xml', 2_000);
    add('a/reports/old.xml', 1_000);
    add('b/reports/TEST-two.xml', 2_000);
    add('b/reports/TEST-two.txt', 2_000);
    add('b/other.xml', 2_000);
    assert.deepEqual(files.findNewer(folder(), '*/reports/*.xml', 2_000_000), [
      at('a/reports/TEST-one.xml'),
      at('b/reports/TEST-two.xml'),
    ]);
    assert.deepEqual(files.findNewer(folder(), 'b/other.xml', 0), [at('b/other.xml')]);
    assert.deepEqual(files.findNewer(folder(), 'missing/*.xml', 0), []);
  });
});
