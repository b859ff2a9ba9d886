import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const loader = pathToFileURL(join(import.meta.dirname, '../../../../src/cli/scripts/loadScript.ts')).href;

/**
 * A process of a command: loads a script, prints what its `answer` gives, calls what it says `after` so many
 * milliseconds, and ends with a code.
 */
const program = `
  const { mock } = await import('node:test');
  mock.timers.enable({ apis: ['setTimeout'] });
  Object.defineProperty(performance, 'now', { value: () => 50 });
  process.getBuiltinModule('node:module').enableCompileCache(process.env.KEPT);
  const { loadScript } = await import('${loader}');
  console.log(loadScript(process.env.SCRIPT)[process.env.CALLED]());
  if (process.env.AFTER !== undefined) {
    mock.timers.tick(Number(process.env.AFTER));
    loadScript(process.env.SCRIPT).more();
  }
  process.exitCode = Number(process.env.CODE);
`;

describe('scripts of the bundle', () => {
  const folder = useTemporaryFolder();
  const script = (name = 'main'): string => join(folder(), `${name}.cjs`);

  function write(answer: string, name?: string): void {
    // The second is long enough to be seen in the size of what is kept.
    const more = Array.from({ length: 200 }, (_, index) => `'${index}'.length`).join('+');
    writeFileSync(
      script(name),
      `(function (module, exports) { exports.answer = function () { return ${answer} }; exports.more = function () { return ${more} }; })`,
    );
  }

  async function load({ called = 'answer', code = 0, command = 'run', env = {} } = {}): Promise<string> {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program, '-', command],
      {
        env: {
          ...process.env,
          KEPT: join(folder(), 'kept'),
          SCRIPT: script(),
          CALLED: called,
          CODE: `${code}`,
          ...env,
        },
      },
    ).catch((error: { code: number; stdout: string }) => {
      assert.equal(error.code, code);
      return error;
    });
    return stdout.trim();
  }

  function kept(): readonly string[] {
    const top = join(folder(), 'kept');
    if (!existsSync(top)) return [];
    return readdirSync(top, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.includes('towline-'))
      .map((name) => join(top, name))
      .sort();
  }

  function only(): string {
    const [path, ...others] = kept();
    assert.ok(path !== undefined && others.length === 0, `kept: ${kept().join(', ')}`);
    return path;
  }

  it('keep the code of what was called, and of what the next three processes call', async () => {
    write(`'first'`);
    assert.equal(await load(), 'first');
    const sizes = [readFileSync(only()).length];
    for (const called of ['answer', 'more', 'answer']) {
      await load({ called });
      sizes.push(readFileSync(only()).length);
    }
    const [first = 0, second = 0, third = 0, fourth = 0] = sizes;
    assert.ok(Math.abs(second - first) < 100, `the same calls: ${sizes.join(', ')}`);
    assert.ok(third - second > 2000, `another call: ${sizes.join(', ')}`);
    assert.ok(Math.abs(fourth - third) < 100, `nothing is lost: ${sizes.join(', ')}`);
    const whole = readFileSync(only());
    await load();
    assert.deepEqual(readFileSync(only()), whole);
  });

  it('keep nothing of what is called when a process has proved a longer one', async () => {
    write(`'first'`);
    await load();
    const short = readFileSync(only()).length;
    rmSync(only());
    await load({ env: { AFTER: '150' } });
    assert.ok(Math.abs(readFileSync(only()).length - short) < 100);
    rmSync(only());
    await load({ env: { AFTER: '149' } });
    assert.ok(readFileSync(only()).length - short > 2000);
  });

  it('keep code apart for each command', async () => {
    write(`'first'`);
    await load({ command: 'run' });
    await load({ command: 'status' });
    await load({ command: '--version' });
    assert.deepEqual(
      kept().map((path) => /towline-main-([a-z]+)$/.exec(path)?.[1]),
      ['options', 'run', 'status'],
    );
  });

  it('keep nothing for a command that there is not', async () => {
    write(`'first'`);
    await load({ command: 'rum', code: 2 });
    assert.deepEqual(kept(), []);
  });

  it('compile again where what is kept is not whole', async () => {
    write(`'first'`);
    await load();
    const whole = readFileSync(only());
    for (const part of [whole.subarray(0, 8), whole.subarray(0, whole.length - 100), flipped(whole)]) {
      writeFileSync(only(), part);
      assert.equal(await load(), 'first');
      assert.equal(readFileSync(only()).length, whole.length);
    }
  });

  it('leave nothing half-made where it cannot be kept', async () => {
    write(`'first'`);
    await load();
    const path = only();
    rmSync(path);
    mkdirSync(path);
    assert.equal(await load(), 'first');
    assert.equal(only(), path);
  });

  it("keep nothing where Node's compile cache is switched off", async () => {
    write(`'first'`);
    assert.equal(await load({ env: { NODE_DISABLE_COMPILE_CACHE: '1' } }), 'first');
    assert.deepEqual(kept(), []);
  });

  it('take what was kept more than a month ago away when they first keep something', async () => {
    write(`'first'`);
    await load();
    const old = only();
    const before = Date.now() / 1000 - 31 * 24 * 60 * 60;
    utimesSync(old, before, before);
    write(`'other'`, 'other');
    await load({ env: { SCRIPT: script('other') } });
    assert.notEqual(only(), old);
  });

  it('are loaded once, also by each other', async () => {
    write(`'shared'`, 'shared');
    writeFileSync(
      script(),
      `(function (module, exports, require) { exports.answer = () => require('./shared.cjs').answer() + (require('./shared.cjs') === require('./shared.cjs')); })`,
    );
    assert.equal(await load(), 'sharedtrue');
  });
});

/** With one bit of the code turned. */
function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy[copy.length >> 1] = (copy[copy.length >> 1] ?? 0) ^ 1;
  return copy;
}
