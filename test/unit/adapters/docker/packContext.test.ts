import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { extract } from 'tar-stream';
import { packContext } from '../../../../src/adapters/docker/packContext.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { listContext, writeContext } from '../../../support/dockerBuilds.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const megabyte = 1024 * 1024;

describe('packContext', () => {
  const folder = useTemporaryFolder();
  const path = (name: string) => join(folder(), name);

  const pack = (files = listContext(folder())) => packContext(folder(), files, [], 'linux');

  async function readAll(files = listContext(folder())) {
    const { archive } = await pack(files);
    const entries: string[] = [];
    const content = new Map<string, string>();
    for await (const entry of archive.pipe(extract())) {
      const { name, mode = 0, type, linkname, uid, gid, mtime } = entry.header;
      entries.push(
        `${type} ${mode.toString(8)} ${uid}:${gid} ${mtime?.getUTCFullYear()} ${name}${linkname ? ` -> ${linkname}` : ''}`,
      );
      let text = '';
      for await (const chunk of entry) text += String(chunk);
      content.set(name, text);
    }
    return { entries, content };
  }
  async function hash() {
    const sum = createHash('sha256');
    for await (const chunk of (await pack()).archive) sum.update(chunk);
    return sum.digest('hex');
  }
  async function checkBroken(
    work: (archive: AsyncIterator<unknown>) => Promise<void> | void,
    names: RegExp,
    files = listContext(folder()),
  ) {
    const packed = await pack(files);
    const reading = packed.archive[Symbol.asyncIterator]();
    await assert.rejects(async () => {
      await work(reading);
      while (!(await reading.next()).done);
    });
    const failure = packed.failure();
    assert.ok(TowlineError.is(failure, 'context-unreadable'), String(failure));
    assert.match(failure.failure.why, names);
  }

  it('holds files, folders and links with their modes and nobody’s ids', async () => {
    writeContext(folder(), { 'a/b.txt': 'text', run: 'x' });
    chmodSync(path('run'), 0o4755);
    chmodSync(path('a'), 0o750);
    chmodSync(path('a/b.txt'), 0o600);
    symlinkSync('../outside', path('link'));
    const { entries, content } = await readAll();
    assert.deepEqual(entries.sort(), [
      'directory 750 0:0 2000 a',
      'file 4755 0:0 2000 run',
      'file 600 0:0 2000 a/b.txt',
      'symlink 777 0:0 2000 link -> ../outside',
    ]);
    assert.equal(content.get('a/b.txt'), 'text');
  });

  it('holds long and non-ASCII names as they are, for tar as well', async () => {
    const long = `${'deep/'.repeat(30)}${'name'.repeat(40)}`;
    writeContext(folder(), { [long]: '1', 'größe/日本語 ☺.txt': '2' });
    symlinkSync('größe/日本語 ☺.txt', path('zeiger'));
    const { content } = await readAll();
    assert.equal(content.get(long), '1');
    assert.equal(content.get('größe/日本語 ☺.txt'), '2');
    const bytes = await (await pack()).archive.toArray();
    const listed = execFileSync('tar', ['--list', '--quoting-style=literal'], {
      input: Buffer.concat(bytes),
      encoding: 'utf8',
    });
    assert.ok(listed.includes(long) && listed.includes('größe/日本語 ☺.txt'));
  });

  it('gives equal content equal bytes, whatever the times are', async () => {
    writeContext(folder(), { a: '1', b: '2' });
    const first = await hash();
    utimesSync(path('a'), 1, 1);
    assert.equal(await hash(), first);
    writeFileSync(path('a'), '3');
    assert.notEqual(await hash(), first);
  });

  it('streams large files without keeping them', async () => {
    writeFileSync(path('large'), '');
    truncateSync(path('large'), 400 * megabyte);
    const before = process.memoryUsage().rss;
    let most = 0;
    let total = 0;
    for await (const chunk of (await pack()).archive) {
      total += chunk.length;
      most = Math.max(most, process.memoryUsage.rss());
    }
    assert.ok(total > 400 * megabyte);
    assert.ok(most - before < 150 * megabyte, `${(most - before) / megabyte} MB`);
  });

  it('names a file that vanished', async () => {
    writeContext(folder(), { a: '1', b: '2' });
    const files = listContext(folder());
    rmSync(path('b'));
    await checkBroken(() => undefined, /\/b: it vanished/, files);
  });

  for (const [what, size] of [
    ['shrinks', 4 * megabyte],
    ['grows', 9 * megabyte],
  ] as const) {
    it(`names a file that ${what} while it is sent`, async () => {
      writeFileSync(path('large'), Buffer.alloc(8 * megabyte));
      await checkBroken(async (reading) => {
        await reading.next();
        truncateSync(path('large'), size);
      }, /\/large: its size changed/);
    });
  }

  it('does not wait on a pipe or follow a link that took a file’s place', async () => {
    writeContext(folder(), { a: '1', b: '2' });
    const files = listContext(folder());
    rmSync(path('a'));
    execFileSync('mkfifo', [path('a')]);
    await checkBroken(() => undefined, /\/a: it is no longer a file/, files);
    rmSync(path('a'));
    symlinkSync('/etc/passwd', path('a'));
    await checkBroken(() => undefined, /\/a: it became a symbolic link/, files);
  });

  it('stops reading when the archive is given up', async () => {
    writeFileSync(path('large'), Buffer.alloc(8 * megabyte));
    const packed = await pack();
    const reading = packed.archive[Symbol.asyncIterator]();
    await reading.next();
    packed.archive.destroy();
    appendFileSync(path('large'), 'more');
    assert.equal(packed.failure(), undefined);
  });
});
