import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import { assertExit, bundle, outcomeOf, startTowline, towline, waitUntil } from '../support/cliProcess.ts';
import { startAtTerminal, whyNoTerminal } from '../support/cliTerminal.ts';
import { type CliWorkspace, proposalBranches, serviceFiles } from '../support/cliWorkspace.ts';
import { skipTest } from '../support/skipTest.ts';

/** Prints a line for each of these files when it appears; the last one ends it. */
const talkingTest = `import { existsSync } from 'node:fs';
const folder = process.env.TMPDIR;
const lines = { first: 'grün', second: '5 € 😀', last: 'done' };
const waiting = Object.keys(lines);
setInterval(() => {
  while (waiting.length > 0 && existsSync(folder + '/' + waiting[0])) console.log(lines[waiting.shift()]);
  if (waiting.length === 0) process.exit();
}, 20);
`;

describe('towline at a terminal, in a pipe and beside others', () => {
  const lab = useCliLab();

  function makeTalking(files = {}, config = {}): CliWorkspace & { appear(file: string): void } {
    const workspace = lab.makeWorkspace({
      files: { 'services/api/talk.js': talkingTest, ...files },
      api: { tests: ['node', 'talk.js'] },
      config,
    });
    const { folder } = workspace.sandbox;
    return {
      ...workspace,
      environment: { ...workspace.environment, TMPDIR: folder },
      appear: (file) => writeFileSync(join(folder, file), ''),
    };
  }

  it('is cancelled by Ctrl-C at a question, with nothing run and nothing pushed', async function () {
    const reason = whyNoTerminal();
    if (reason !== undefined) skipTest(this, reason);
    const workspace = lab.makeWorkspace();
    const asked = startAtTerminal(workspace, 'run');
    await waitUntil('it asks', () => asked.screen.includes('Push these branches'));

    asked.type('\u0003');

    const { exitCode, screen } = await asked.ended;
    assert.equal(exitCode, 130, screen);
    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}cancelled/);
    assert.deepEqual(proposalBranches(workspace), []);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
    // It was no answer: the next run asks again.
    const again = startAtTerminal(workspace, 'run');
    await waitUntil('it asks again', () => again.screen.includes('Push these branches'));
    again.type('yes\r');
    assert.equal((await again.ended).exitCode, 0);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  });

  it('ends without a word when nobody reads what it prints', async () => {
    const workspace = lab.makeWorkspace();
    const child = spawn(process.execPath, [bundle, 'status'], {
      cwd: workspace.folder,
      env: workspace.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.deepEqual([code, words], [0, '']);
  });

  it('tells a Node that is too old which one it needs', function () {
    const old = oldNode();
    if (old === undefined) skipTest(this, 'there is no Node before 22.18 on the PATH');
    assert.throws(
      () => execFileSync(old, [bundle, 'status'], { encoding: 'utf8', stdio: 'pipe' }),
      (error: { status: number; stderr: string }) => {
        assert.equal(error.status, 2);
        assert.match(
          error.stderr,
          /^Towline needs Node 22\.18 or later; this is \d+\.\d+\.\d+ \(.+\)\.\n(→ Call it with .+\n)?$/,
        );
        return true;
      },
    );
  });

  it('shows what a step prints while it prints it', async () => {
    const workspace = makeTalking();
    const run = startTowline(workspace, 'run', '--no-propose');
    await waitUntil('the run is there', () =>
      existsSync(join(workspace.folder, '.git/towline/runs/1.jsonl')),
    );
    const logs = startTowline(workspace, 'logs');
    await waitUntil('the follower shows the start', () => logs.stdout.includes('api test …'));
    workspace.appear('first');
    await waitUntil('the first line is followed', () => logs.stdout.includes('api test │ grün\n'));
    assert.ok(!logs.stdout.includes('5 €'));
    workspace.appear('second');
    await waitUntil('the second line is followed', () => logs.stdout.includes('api test │ 5 € 😀\n'));
    assert.ok(!logs.stdout.includes('test passed'));

    workspace.appear('last');

    assertExit(await run.ended, 0);
    const { stdout } = await logs.ended;
    assert.equal(stdout.match(/grün/g)?.length, 1, stdout);
    assert.match(stdout, /│ done\n/);
  });

  it('cancels the newest run that goes on, not the newest', async () => {
    const workspace = makeTalking(serviceFiles('services/web'), {
      services: {
        api: { path: 'services/api', image: 'api', tests: ['node', 'talk.js'] },
        web: { path: 'services/web', image: 'web', tests: ['node', '--test'] },
      },
    });
    const run = startTowline(workspace, 'run', 'api', '--no-propose', '--json');
    await waitUntil('it runs', () => run.stdout.includes('step-started'));
    assertExit(await towline(workspace, 'run', 'web', '--no-propose'), 0);

    const cancel = await towline(workspace, 'cancel');

    assertExit(cancel, 0);
    assert.equal(cancel.stdout, 'run 1 cancelled\n');
    assert.equal(outcomeOf(await run.ended), 'cancelled');
    const nothing = await towline(workspace, 'cancel');
    assertExit(nothing, 2);
    assert.match(nothing.stderr, /No run goes on here/);
  });
});

/** The first `node` of the PATH that Towline does not run on. */
function oldNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return folders
    .map((folder) => join(folder, 'node'))
    .find((program) => {
      if (!existsSync(program)) return false;
      const version = execFileSync(program, ['--version'], { encoding: 'utf8' });
      const [, major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
      return major < 22 || (major === 22 && minor < 18);
    });
}
