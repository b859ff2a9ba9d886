import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { watchFolder } from '../../../src/adapters/chokidar/watchFolder.ts';
import { acquireLock } from '../../../src/adapters/node/lockFile.ts';
import { openJournalStore } from '../../../src/adapters/node/nodeJournalStore.ts';
import { TowlineError } from '../../../src/domain/errors/towlineError.ts';
import { skipTest } from '../../support/skipTest.ts';
import { useTemporaryFolder } from '../../support/temporaryFolder.ts';

const kills = 20;
const seed = 20_261;

/** A small generator with a seed (mulberry32), so that a failing sequence can be repeated. */
function createRandom(state: number): () => number {
  let now = state;
  return () => {
    now = (now + 0x6d2b79f5) | 0;
    let mixed = Math.imul(now ^ (now >>> 15), 1 | now);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function startProgram(name: string, ...args: readonly string[]): ChildProcess {
  const program = join(import.meta.dirname, 'programs', name);
  return spawn(process.execPath, [program, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
}

/** Every line of a program until its output ends. */
function linesOf(child: ChildProcess): AsyncIterable<string> {
  assert.ok(child.stdout);
  return createInterface({ input: child.stdout });
}

/** Numbers of the whole records at the start of a journal, and how many bytes follow them. */
function readRecords(bytes: Uint8Array): { readonly numbers: readonly number[]; readonly rest: number } {
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  const tail = lines.pop() ?? '';
  const numbers: number[] = [];
  for (const line of lines) {
    const [sum = '', record = ''] = line.split(' ');
    assert.equal(createHash('sha256').update(record).digest('hex'), sum, 'only the tail may be torn');
    numbers.push(Number(record.split(':')[0]));
  }
  return { numbers, rest: tail.length };
}

describe('a journal whose writer is killed', () => {
  const folder = useTemporaryFolder();

  it(`keeps every acknowledged record as a prefix, ${kills} kills`, async function () {
    this.timeout(60_000);
    const random = createRandom(seed);
    let acknowledgedInAll = 0;
    for (let kill = 1; kill <= kills; kill += 1) {
      const child = startProgram('appendForEver.ts', folder(), String(Math.floor(random() ** 4 * 300_000)));
      const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
      const after = random() * 40;
      let acknowledged = 0;
      for await (const line of linesOf(child)) {
        if (acknowledged === 0) void pause(after).then(() => child.kill('SIGKILL'));
        acknowledged = Number(line);
      }
      assert.equal(await ended, 'SIGKILL', 'it was killed in the middle, it did not end by itself');
      const journal = openJournalStore(folder(), watchFolder);
      assert.deepEqual(journal.listRuns().at(-1), kill);
      assert.equal(journal.owner(kill)?.alive, false);
      const { numbers } = readRecords((await journal.read(kill, 0))?.bytes ?? new Uint8Array());
      assert.deepEqual(
        numbers,
        numbers.map((_number, index) => index + 1),
      );
      assert.ok(numbers.length >= acknowledged, `kill ${kill}: ${numbers.length} of ${acknowledged} survive`);
      acknowledgedInAll += acknowledged;
    }
    assert.ok(acknowledgedInAll > kills, 'they were killed while they wrote');
  });
});

describe('locks that eight processes want at once', () => {
  const folder = useTemporaryFolder();
  const locks = 200;

  /** Names of the locks that each of eight processes got; all eight are killed while they hold them. */
  async function race(): Promise<readonly string[]> {
    const children = Array.from({ length: 8 }, () => startProgram('takeLocks.ts', folder(), String(locks)));
    try {
      const outputs = children.map((child) => linesOf(child)[Symbol.asyncIterator]());
      for (const output of outputs) assert.equal((await output.next()).value, 'ready');
      for (const child of children) child.stdin?.write('x');
      const won = await Promise.all(outputs.map(async (output) => String((await output.next()).value)));
      return won.flatMap((line) => line.split(' ').filter(Boolean));
    } finally {
      await Promise.all(
        children.map((child) => {
          const gone = new Promise((resolve) => child.once('exit', resolve));
          child.kill('SIGKILL');
          return gone;
        }),
      );
    }
  }

  it('go to exactly one each, and again once their owners were killed', async function () {
    this.timeout(60_000);
    const names = Array.from({ length: locks }, (_, index) => String(index));
    for (let round = 1; round <= 3; round += 1) {
      const won = [...(await race())].sort((a, b) => Number(a) - Number(b));
      assert.deepEqual(won, names, `round ${round}`);
    }
    for (const name of names) {
      const lock = acquireLock(join(folder(), name));
      assert.ok('release' in lock);
      lock.release();
    }
    assert.deepEqual(readdirSync(folder()), []);
  });
});

describe('a lock that processes take, give back and die with', () => {
  const folder = useTemporaryFolder();

  it('lets none of them in while another is inside', async function () {
    this.timeout(60_000);
    const times = 300;
    writeFileSync(join(folder(), 'count'), '0');
    mkdirSync(join(folder(), 'locks'));
    const children = Array.from({ length: 4 }, () =>
      startProgram('countUnderLock.ts', folder(), String(times)),
    );
    const codes = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
    assert.deepEqual(await Promise.all(codes), [0, 0, 0, 0]);
    assert.equal(readFileSync(join(folder(), 'count'), 'utf8'), String(4 * times));
  });
});

describe('a journal on a full disk', () => {
  let mounted: string | undefined;
  // Before the folder is removed: hooks run in the order they are named. Lazily, as a failed test leaves files open.
  afterEach(() => {
    if (mounted !== undefined) execFileSync('umount', ['--lazy', mounted]);
    mounted = undefined;
  });
  const folder = useTemporaryFolder();

  beforeEach(function () {
    mkdirSync(join(folder(), 'disk'));
    if (process.platform !== 'linux' || process.getuid?.() !== 0) {
      skipTest(this, 'a small disk can be mounted on Linux as root only');
    }
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', join(folder(), 'disk')], {
        stdio: 'pipe',
      });
      mounted = join(folder(), 'disk');
    } catch {
      skipTest(this, 'this machine does not allow mounting a small disk');
    }
  });

  it('ends at the last whole append, says so, and goes on once there is space', async () => {
    const disk = join(folder(), 'disk');
    const journal = openJournalStore(disk, watchFolder);
    const run = await journal.createRun();
    const record = Buffer.alloc(5_000, 'r');
    let whole = 0;
    const isFull = (error: unknown) =>
      TowlineError.is(error, 'journal-failed') && error.failure.why.includes('the disk is full');
    await assert.rejects(async () => {
      for (; whole < 100; whole += 1) await run.append(record);
    }, isFull);
    assert.ok(whole > 5 && whole < 100, `filled after ${whole} appends`);
    assert.equal(statSync(join(disk, '1.jsonl')).size, whole * record.length);

    await assert.rejects(run.appendLog('api', 'x'.repeat(20_000)), isFull);
    assert.equal(statSync(join(disk, '1.api.log')).size, 0);

    execFileSync('mount', ['-o', 'remount,size=128k', disk]);
    await run.append(Buffer.from('after\n'));
    await run.close();
    const text = readFileSync(join(disk, '1.jsonl'), 'latin1');
    assert.equal(text, `${'r'.repeat(whole * record.length)}after\n`);
  });

  it('refuses a new run without leaving half of one', async () => {
    const disk = join(folder(), 'disk');
    assert.throws(() => writeFileSync(join(disk, 'filler'), Buffer.alloc(100_000)), /ENOSPC/);
    const journal = openJournalStore(join(disk, 'runs'), watchFolder);
    await assert.rejects(journal.createRun(), (error) => TowlineError.is(error, 'journal-failed'));
    assert.deepEqual(journal.listRuns(), []);
  });
});
