import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createProcesses } from '../../../../src/adapters/node/nodeProcesses.ts';
import { isProcessAlive } from '../../../../src/adapters/node/processStatus.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { ProcessResult } from '../../../../src/engine/ports/processes.ts';
import { skipTest } from '../../../support/skipTest.ts';
import { useTemporaryFolder } from '../../../support/temporaryFolder.ts';

const never = new AbortController().signal;
const onPosix = process.platform !== 'win32';
const environment = { PATH: process.env.PATH ?? '', GREETING: 'ahoy' };
const processes = createProcesses({ killAfter: 200, lingerFor: 200 });

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await pause(5);
}

describe('programs of this machine', () => {
  const folder = useTemporaryFolder();
  let output = '';
  beforeEach(() => {
    output = '';
  });

  function run(command: readonly [string, ...string[]], signal = never): Promise<ProcessResult> {
    const onOutput = (text: string) => {
      output += text;
    };
    return processes.run({ command, folder: folder(), environment, onOutput }, signal);
  }

  /** Runs a Node.js script; `argument` is its `process.argv[1]`. */
  function runScript(script: string, argument = '', signal = never): Promise<ProcessResult> {
    return run([process.execPath, '-e', script, argument], signal);
  }

  it('gives exit code and output of both streams', async () => {
    const result = await runScript('console.log(1); console.error(2); process.exitCode = 3;');
    assert.deepEqual(result, { exitCode: 3, signal: undefined });
    assert.deepEqual(output.split('\n').sort(), ['', '1', '2']);
  });

  it('names the signal that ended a program', async function () {
    if (!onPosix) skipTest(this, 'Windows has no signals');
    assert.deepEqual(await runScript('process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 1000);'), {
      exitCode: undefined,
      signal: 'SIGTERM',
    });
  });

  it('passes exactly the given environment, folder and arguments', async () => {
    const script =
      'console.log(JSON.stringify([process.env.GREETING, process.env.HOME, process.cwd(), process.argv[1]]))';
    await runScript(script, '$(echo no) "quoted" *');
    assert.deepEqual(JSON.parse(output), ['ahoy', null, folder(), '$(echo no) "quoted" *']);
  });

  it('decodes characters whose bytes arrive in pieces', async () => {
    const script = `
      const bytes = Buffer.from('a⚓z');
      process.stdout.write(bytes.subarray(0, 2), () =>
        setTimeout(() => process.stdout.write(bytes.subarray(2, 3), () =>
          setTimeout(() => process.stdout.write(bytes.subarray(3)), 20)), 20));`;
    await runScript(script);
    assert.equal(output, 'a⚓z');
  });

  it('gives all of a long output', async () => {
    await runScript('process.stdout.write("x".repeat(5_000_000))');
    assert.equal(output.length, 5_000_000);
  });

  it('says which program is missing and where it looked', async () => {
    await assert.rejects(run(['no-such-program-here']), (error) => {
      assert.ok(TowlineError.is(error, 'command-not-found'));
      assert.match(error.failure.why, /no-such-program-here/);
      return error.failure.why.includes(environment.PATH);
    });
  });

  it('says that a file is not executable', async function () {
    if (!onPosix) skipTest(this, 'Windows has no permission bits');
    writeFileSync(join(folder(), 'script'), '#!/bin/sh\n');
    await assert.rejects(run(['./script']), (error) => {
      assert.ok(TowlineError.is(error, 'command-not-found'));
      return error.failure.why.includes('permission denied');
    });
  });

  it('says that the folder is missing instead of blaming the program', async () => {
    const request = {
      command: [process.execPath] as const,
      folder: join(folder(), 'gone'),
      environment,
      onOutput() {},
    };
    await assert.rejects(processes.run(request, never), (error) => {
      assert.ok(TowlineError.is(error, 'command-not-found'));
      return error.failure.why.includes(`its folder ${request.folder} does not exist`);
    });
  });

  it('refuses arguments that no program can take', async () => {
    await assert.rejects(run([process.execPath, 'a\0b']), (error) =>
      TowlineError.is(error, 'command-not-found'),
    );
  });

  it('starts nothing when it is already cancelled', async () => {
    const script = 'require("node:fs").writeFileSync("started", "")';
    await assert.rejects(runScript(script, '', AbortSignal.abort(new Error('cancelled'))), /cancelled/);
    assert.ok(!existsSync(join(folder(), 'started')));
  });

  describe('and all of their children', () => {
    before(function () {
      if (!onPosix) skipTest(this, 'needs process groups, which Windows has not');
    });

    /** A program that starts another; both write their numbers, then live on as told. */
    const family = (parent: string, child: string, childOutput: string) => `
      const grandchild = require('node:child_process').spawn(
        process.execPath, ['-e', ${JSON.stringify(child)}], { stdio: ${JSON.stringify(childOutput)} });
      const report = setInterval(() => {
        if (!require('node:fs').existsSync('ready')) return;
        clearInterval(report);
        require('node:fs').writeFileSync('pids', process.pid + ' ' + grandchild.pid);
        ${parent}
      }, 5);`;
    const stubborn = `
      process.on('SIGTERM', () => require('node:fs').writeFileSync('asked', ''));
      require('node:fs').writeFileSync('ready', '');
      setInterval(() => {}, 1000);`;
    const obedient = 'require("node:fs").writeFileSync("ready", ""); setInterval(() => {}, 1000);';

    function numbers(): readonly number[] {
      return readFileSync(join(folder(), 'pids'), 'utf8').split(' ').map(Number);
    }

    async function cancelWhenBothRun(script: string): Promise<readonly number[]> {
      const controller = new AbortController();
      const running = runScript(script, '', controller.signal);
      running.catch(() => undefined);
      await until(() => existsSync(join(folder(), 'pids')) && numbers().length === 2);
      const family = numbers();
      assert.ok(family.every(isProcessAlive), 'both run before the cancellation');
      controller.abort(new Error('cancelled'));
      await assert.rejects(running, /cancelled/);
      return family;
    }

    it('are gone after a cancellation, also one that ignores being asked', async () => {
      const script = family('setInterval(() => {}, 1000);', stubborn, 'inherit');
      const pids = await cancelWhenBothRun(script);
      assert.deepEqual(pids.map(isProcessAlive), [false, false]);
      assert.ok(existsSync(join(folder(), 'asked')), 'it was asked before it was killed');
    });

    it('are gone after a cancellation when only the child is left', async () => {
      const script = family('setTimeout(() => process.exit(), 50);', stubborn, 'inherit');
      const pids = await cancelWhenBothRun(script);
      assert.deepEqual(pids.map(isProcessAlive), [false, false]);
    });

    it('are ended when the program ends and leaves one behind that holds its output', async () => {
      const result = await runScript(family('process.exit(7);', stubborn, 'inherit'));
      assert.equal(result.exitCode, 7);
      assert.deepEqual(numbers().map(isProcessAlive), [false, false]);
    });

    it('are ended when the program leaves one behind that holds nothing', async () => {
      const result = await runScript(family('process.exit(0);', obedient, 'ignore'));
      assert.equal(result.exitCode, 0);
      assert.deepEqual(numbers().map(isProcessAlive), [false, false]);
    });

    it('do not keep the result back after they left the group', async () => {
      const script = `
        const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
          { detached: true, stdio: 'inherit' });
        require('node:fs').writeFileSync('pids', String(child.pid));
        process.exit(0);`;
      const result = await runScript(script);
      const [escaped = 0] = numbers();
      try {
        assert.equal(result.exitCode, 0);
        assert.ok(isProcessAlive(escaped), 'leaving the group is the documented way out');
      } finally {
        process.kill(escaped, 'SIGKILL');
      }
    });
  });

  it('starts a program that goes on by itself, logs to a file and can be ended', async () => {
    const logFile = join(folder(), 'log');
    const { pid } = await processes.startDetached({
      command: [process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1000);'],
      folder: folder(),
      logFile,
    });
    await until(() => readFileSync(logFile, 'utf8') === 'up\n');
    assert.ok(processes.isAlive(pid));
    await processes.end(pid);
    assert.ok(!processes.isAlive(pid));
    await processes.end(pid);
  });

  it('does not start a detached program that is missing', async () => {
    const request = {
      command: ['no-such-program-here'] as const,
      folder: folder(),
      logFile: join(folder(), 'log'),
    };
    await assert.rejects(processes.startDetached(request), (error) =>
      TowlineError.is(error, 'command-not-found'),
    );
  });

  it('finds programs on PATH, and never in the current folder', function () {
    if (!onPosix) skipTest(this, 'permission bits make the difference here');
    for (const name of ['bin', 'other', 'bin/folder']) mkdirSync(join(folder(), name));
    const put = (path: string, mode: number) => {
      writeFileSync(join(folder(), path), '#!/bin/sh\n');
      chmodSync(join(folder(), path), mode);
    };
    put('bin/text', 0o644);
    put('bin/tool', 0o755);
    put('other/tool', 0o755);
    put('other/text', 0o755);
    const PATH = ['.', '', join(folder(), 'bin'), join(folder(), 'other')].join(delimiter);
    const { find } = createProcesses({ environment: { PATH } });
    assert.equal(find('tool'), join(folder(), 'bin/tool'));
    assert.equal(find('text'), join(folder(), 'other/text'));
    assert.equal(find('folder'), undefined);
    assert.equal(find('package.json'), undefined);
    assert.equal(find(join(folder(), 'bin/tool')), join(folder(), 'bin/tool'));
  });
});
