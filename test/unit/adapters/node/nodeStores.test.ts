import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mock } from 'node:test';
import { watchFolder } from '../../../../src/adapters/chokidar/watchFolder.ts';
import { createStores } from '../../../../src/adapters/node/nodeStores.ts';
import { deferred } from '../../../../src/base/deferred.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import { skipTest } from '../../../support/skipTest.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const never = new AbortController().signal;
const stores = createStores({ watchFolder });
const bytesOf = (text: string) => Buffer.from(text);

/** What a program that was killed long ago has left. */
const deadOwner = (machine: string) =>
  JSON.stringify({ process: 2 ** 30, machine, start: 'long ago', id: 'dead' });

describe('runs in the Git folder', () => {
  const folder = useTemporaryFolder();
  const journal = () => stores.openJournal(folder());
  const fileOf = (name: string) => join(folder(), 'towline/runs', name);

  async function textOf(run: number, offset = 0): Promise<string | undefined> {
    const read = await journal().read(run, offset);
    return read && Buffer.from(read.bytes).toString();
  }

  it('has no runs before the first', async () => {
    assert.deepEqual(journal().listRuns(), []);
    assert.equal(await journal().read(1, 0), undefined);
    assert.equal(journal().owner(1), undefined);
    assert.equal(await journal().remove(1), true);
  });

  it('numbers runs upwards and lists them by number', async () => {
    for (let count = 1; count <= 11; count += 1) await (await journal().createRun()).close();
    assert.deepEqual(journal().listRuns(), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });

  it('never gives a number twice, also after the newest runs are removed', async () => {
    for (let count = 1; count <= 3; count += 1) await (await journal().createRun()).close();
    for (const run of [2, 3, 1]) await journal().remove(run);
    assert.deepEqual(journal().listRuns(), []);
    const next = await journal().createRun();
    assert.equal(next.number, 4);
    await next.close();
  });

  it('gives runs that start together different numbers', async () => {
    const runs = await Promise.all(Array.from({ length: 8 }, () => journal().createRun()));
    assert.equal(new Set(runs.map((run) => run.number)).size, 8);
    await Promise.all(runs.map((run) => run.close()));
  });

  it('keeps appends in the order they were made, also those made together', async () => {
    const run = await journal().createRun();
    await Promise.all(['a\n', 'b\n', 'c\n'].map((line) => run.append(bytesOf(line))));
    await run.append(bytesOf('d\n'));
    await run.close();
    assert.equal(await textOf(run.number), 'a\nb\nc\nd\n');
  });

  it('reads on from an offset and gives the size', async () => {
    const run = await journal().createRun();
    await run.append(bytesOf('first\nsecond\n'));
    assert.equal(await textOf(run.number, 6), 'second\n');
    assert.equal((await journal().read(run.number, 6))?.size, 13);
    assert.equal(await textOf(run.number, 100), '');
    await run.close();
  });

  it('keeps logs beside the journal, under any name', async () => {
    const run = await journal().createRun();
    assert.equal(await run.appendLog('apps/café', 'ä\n'), 3);
    assert.equal(await run.appendLog('apps/café', 'b\n'), 5);
    const read = await journal().readLog(run.number, 'apps/café', 3);
    assert.equal(read && Buffer.from(read.bytes).toString(), 'b\n');
    assert.equal(await journal().readLog(run.number, 'other', 0), undefined);
    assert.deepEqual(journal().listRuns(), [run.number]);
    await run.close();
  });

  it('tells the owner while there is one', async () => {
    const run = await journal().createRun();
    assert.deepEqual(journal().owner(run.number)?.process, process.pid);
    assert.equal(journal().owner(run.number)?.alive, true);
    await run.close();
    assert.equal(journal().owner(run.number), undefined);
  });

  it('takes a process that is gone, or another one with its number, for dead', async () => {
    const run = await journal().createRun();
    const lock = readFileSync(fileOf('1.lock'), 'utf8');
    const owner = JSON.parse(lock);
    for (const other of [{ process: 2 ** 30 }, { start: 'another' }, { machine: 'elsewhere' }]) {
      writeFileSync(fileOf('1.lock'), JSON.stringify({ ...owner, ...other }));
      const isLinuxOnly = 'start' in other && process.platform !== 'linux';
      assert.equal(journal().owner(1)?.alive, isLinuxOnly, JSON.stringify(other));
    }
    writeFileSync(fileOf('1.lock'), lock);
    await run.close();
  });

  it('does not remove a run whose owner is alive, and removes every file of another', async () => {
    const run = await journal().createRun();
    await run.appendLog('api', 'text');
    await journal().requestCancel(run.number);
    assert.equal(await journal().remove(run.number), false);
    await run.close();
    const later = await journal().createRun();
    assert.equal(await journal().remove(run.number), true);
    await later.close();
    assert.deepEqual(readdirSync(fileOf('.')), ['2.jsonl']);
  });

  it('tells the owner once that another process asks to cancel', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    const run = await journal().createRun();
    const asked = deferred<void>();
    let times = 0;
    run.onCancelRequested(() => {
      times += 1;
      asked.resolve();
    });
    // The watch has begun and found nothing.
    mock.timers.tick(100);
    mock.timers.reset();
    await journal().requestCancel(run.number);
    await asked.promise;
    await journal().requestCancel(run.number);
    await run.append(bytesOf('x'));
    assert.equal(times, 1);
    await run.close();
    assert.deepEqual(readdirSync(fileOf('.')), ['1.jsonl']);
  });

  it('tells of a cancellation that was asked for before anybody listened', async () => {
    const run = await journal().createRun();
    await journal().requestCancel(run.number);
    const asked = deferred<void>();
    run.onCancelRequested(() => asked.resolve());
    await asked.promise;
    await run.close();
  });

  it('asks nothing of a run that does not exist', async () => {
    await journal().requestCancel(7);
    assert.deepEqual(journal().listRuns(), []);
  });

  it('tells of runs that appear and grow', async () => {
    const seen = new Set<number>();
    const waiting = new Map([1, 2].map((run) => [run, deferred<void>()]));
    const watch = await journal().watch((run) => {
      seen.add(run);
      waiting.get(run)?.resolve();
    });
    const first = await journal().createRun();
    await waiting.get(1)?.promise;
    const second = await journal().createRun();
    await waiting.get(2)?.promise;
    const grown = deferred<void>();
    const other = await journal().watch((run) => run === 1 && grown.resolve());
    await first.append(bytesOf('x\n'));
    await grown.promise;
    watch.dispose();
    other.dispose();
    await first.close();
    await second.close();
    assert.deepEqual([...seen].sort(), [1, 2]);
  });

  it('says why no run can be made', async () => {
    writeFileSync(join(folder(), 'towline'), '');
    await assert.rejects(journal().createRun(), (error) => TowlineError.is(error, 'journal-failed'));
  });
});

describe('records in the Git folder', () => {
  const folder = useTemporaryFolder();
  const records = () => stores.openRecords(folder());

  it('gives back what was written last', async () => {
    await records().write('results/test/0f3a', 'one');
    await records().write('results/test/0f3a', 'two');
    assert.equal(records().read('results/test/0f3a'), 'two');
    assert.equal(records().read('results/test/ffff'), undefined);
  });

  it('reads nothing that it did not write: a folder is none, a pipe is refused', async function () {
    await records().write('answers/a', 'one');
    assert.equal(records().read('answers'), undefined);
    if (process.platform === 'win32') skipTest(this, 'Windows has no named pipes in folders');
    execFileSync('mkfifo', [join(folder(), 'towline/records/answers/pipe')]);
    assert.throws(() => records().read('answers/pipe'), { code: 'context-unreadable' });
  });

  it('lists a folder by full names, and nothing where nothing is', async () => {
    await records().write('results/test/b', '');
    await records().write('results/test/a', '');
    assert.deepEqual(records().list('results/test'), ['results/test/a', 'results/test/b']);
    assert.deepEqual(records().list('results/build'), []);
  });

  it('removes a record that is there or not', async () => {
    await records().write('answers/a', '');
    await records().remove('answers/a');
    await records().remove('answers/a');
    assert.equal(records().read('answers/a'), undefined);
  });

  it('refuses names that lead elsewhere', async () => {
    for (const name of ['../a', 'a/../b', '/a', 'a//b', '', 'a\\b', '.a', 'a\0']) {
      await assert.rejects(records().write(name, ''), (error) => TowlineError.is(error), name);
    }
  });
});

describe('a lock in the Git folder', () => {
  const folder = useTemporaryFolder();
  const withLock = <T>(work: () => Promise<T>, signal = never) =>
    stores.withLock(folder(), 'keys', work, signal);
  const locks = () => join(folder(), 'towline/locks');

  function leaveLock(text: string): void {
    mkdirSync(locks(), { recursive: true });
    writeFileSync(join(locks(), 'keys.lock'), text);
  }

  it('lets one work at a time and leaves nothing behind', async () => {
    let inside = 0;
    const work = async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise(setImmediate);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 5 }, () => withLock(work)));
    assert.deepEqual(readdirSync(locks()), []);
  });

  it('is given back when the work fails', async () => {
    await assert.rejects(
      withLock(() => Promise.reject(new Error('broken'))),
      /broken/,
    );
    assert.equal(await withLock(async () => 'next'), 'next');
  });

  it('can be waited for no longer', async () => {
    const controller = new AbortController();
    await withLock(async () => {
      const waiting = withLock(async () => assert.fail('has the lock'), controller.signal);
      controller.abort(new Error('cancelled'));
      await assert.rejects(waiting, /cancelled/);
    });
  });

  it('passes on from an owner that is dead', async () => {
    const owner = await withLock(async () => JSON.parse(readFileSync(join(locks(), 'keys.lock'), 'utf8')));
    leaveLock(deadOwner(owner.machine));
    assert.equal(await withLock(async () => 'mine'), 'mine');
    assert.deepEqual(readdirSync(locks()), []);
  });

  it('passes on from a successor that died too', async () => {
    const owner = await withLock(async () => JSON.parse(readFileSync(join(locks(), 'keys.lock'), 'utf8')));
    leaveLock(deadOwner(owner.machine));
    const successor = { ...JSON.parse(deadOwner(owner.machine)), id: 'dead-too' };
    writeFileSync(join(locks(), 'keys.lock.after-dead'), JSON.stringify(successor));
    assert.equal(await withLock(async () => readdirSync(locks()).length), 3);
    assert.deepEqual(readdirSync(locks()), []);
  });

  it('is not taken from a process on another machine, or from half a file', async () => {
    for (const text of [deadOwner('elsewhere'), '{"process": 1']) {
      leaveLock(text);
      const controller = new AbortController();
      const waiting = withLock(async () => assert.fail('has the lock'), controller.signal);
      setImmediate(() => controller.abort(new Error('held')));
      await assert.rejects(waiting, /held/);
    }
  });
});
