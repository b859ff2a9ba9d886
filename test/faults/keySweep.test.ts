import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { makeSweepWorkspace, type StepsRun, type SweepWorkspace, stepsRun } from '../support/faultSweep.ts';

/** One input changed alone, and what has to run again because of it. */
interface Flip {
  readonly name: string;
  flip(workspace: SweepWorkspace): void | Promise<void>;
  /** Whether the change becomes a commit; it stays uncommitted otherwise. */
  readonly committed?: boolean;
  readonly runs: StepsRun;
}

const testAndBuild = (...inputs: readonly string[]): StepsRun => ({
  'web test': inputs,
  'web build': inputs,
});
const at = ({ folder }: SweepWorkspace, path: string): string => join(folder, path);

function edited(path: string, runs: StepsRun): Flip {
  return { name: `content of ${path}`, flip: (it) => it.write(path, 'other\n'), committed: true, runs };
}

function configured(what: string, from: string, to: string, runs: StepsRun): Flip {
  return { name: what, flip: (it) => it.edit('towline.yaml', from, to), committed: true, runs };
}

function passed(name: string, value: string | undefined, runs: StepsRun): Flip {
  return {
    name: `environment ${name} ${value === undefined ? 'unset' : 'set'}`,
    flip({ environment }) {
      if (value === undefined) delete environment[name];
      else environment[name] = value;
    },
    runs,
  };
}

const flips: readonly Flip[] = [
  edited('web/a.txt', testAndBuild('file web/a.txt')),
  edited('web/b.txt', testAndBuild('file web/b.txt')),
  edited('web/dist/kept.txt', testAndBuild('file web/dist/kept.txt')),
  edited('web/notes.md', { 'web test': ['file web/notes.md'] }),
  edited('shared/schema.txt', { 'web test': ['file shared/schema.txt'] }),
  edited('package-lock.json', { 'web test': ['file package-lock.json'] }),
  edited('runtime/lib.txt', {
    'runtime build': ['file runtime/lib.txt'],
    'web build': ['base shop/runtime:latest'],
  }),
  { ...edited('web/dist/out.js', { 'web build': ['file web/dist/out.js'] }), committed: false },
  {
    name: 'content of web/check.sh',
    flip: (it) => it.write('web/check.sh', 'test -s b.txt\n'),
    committed: true,
    runs: testAndBuild('file web/check.sh'),
  },
  {
    name: 'content that is not committed',
    flip: (it) => it.write('web/a.txt', 'not committed\n'),
    runs: {
      'web test': ['file web/a.txt'],
      'web build': ['file web/a.txt', 'working tree'],
    },
  },
  {
    name: 'content of the same size under the old modification time',
    flip(it) {
      const { atimeMs, mtimeMs, size } = statSync(at(it, 'web/a.txt'));
      it.write('web/a.txt', 'AAAA\n');
      utimesSync(at(it, 'web/a.txt'), atimeMs / 1000, mtimeMs / 1000);
      const { mtimeMs: after, size: sizeAfter } = statSync(at(it, 'web/a.txt'));
      assert.deepEqual([after, sizeAfter], [mtimeMs, size]);
    },
    committed: true,
    runs: testAndBuild('file web/a.txt'),
  },
  {
    name: 'executable bit',
    flip: (it) => chmodSync(at(it, 'web/a.txt'), 0o755),
    committed: true,
    runs: testAndBuild('file web/a.txt'),
  },
  {
    name: 'permission bits that Git does not record',
    flip: (it) => chmodSync(at(it, 'web/a.txt'), 0o600),
    runs: testAndBuild('file web/a.txt'),
  },
  {
    name: 'permission bits of a folder',
    flip: (it) => chmodSync(at(it, 'web/dist'), 0o700),
    runs: { 'web build': ['folder web/dist'] },
  },
  {
    name: 'an empty folder',
    flip: (it) => mkdirSync(at(it, 'web/empty')),
    runs: { 'web build': ['folder web/empty'] },
  },
  {
    name: 'an added file',
    flip: (it) => it.write('web/c.txt', 'cccc\n'),
    committed: true,
    runs: testAndBuild('file web/c.txt'),
  },
  {
    name: 'an empty added file',
    flip: (it) => it.write('web/c.txt', ''),
    committed: true,
    runs: testAndBuild('file web/c.txt'),
  },
  {
    name: 'an untracked file',
    flip: (it) => it.write('web/c.txt', 'untracked\n'),
    runs: { 'web test': ['file web/c.txt'], 'web build': ['file web/c.txt', 'working tree'] },
  },
  {
    name: 'a removed file',
    flip: (it) => rmSync(at(it, 'web/b.txt')),
    committed: true,
    runs: testAndBuild('file web/b.txt'),
  },
  {
    name: 'a renamed file',
    flip: (it) => renameSync(at(it, 'web/b.txt'), at(it, 'web/c.txt')),
    committed: true,
    runs: testAndBuild('file web/b.txt', 'file web/c.txt'),
  },
  {
    name: 'two files that swap their content',
    flip(it) {
      it.write('web/a.txt', 'bbbb\n');
      it.write('web/b.txt', 'aaaa\n');
    },
    committed: true,
    runs: testAndBuild('file web/a.txt', 'file web/b.txt'),
  },
  {
    name: 'target of a symbolic link',
    flip(it) {
      rmSync(at(it, 'web/link'));
      symlinkSync('b.txt', at(it, 'web/link'));
    },
    committed: true,
    runs: testAndBuild('file web/link'),
  },
  {
    name: 'a link in place of a file with the same content',
    flip(it) {
      rmSync(at(it, 'web/a.txt'));
      it.write('shared.txt', 'aaaa\n');
      symlinkSync('../shared.txt', at(it, 'web/a.txt'));
    },
    committed: true,
    runs: testAndBuild('file web/a.txt'),
  },
  {
    name: 'an ignored file that is added to the build context',
    flip: (it) => it.write('web/dist/more.js', 'more\n'),
    runs: { 'web build': ['file web/dist/more.js'] },
  },
  {
    name: 'a file added to a declared test input',
    flip: (it) => it.write('shared/more.txt', 'more\n'),
    committed: true,
    runs: { 'web test': ['file shared/more.txt'] },
  },
  {
    name: 'a lock file added above the service',
    flip: (it) => it.write('yarn.lock', 'lock\n'),
    committed: true,
    runs: { 'web test': ['file yarn.lock'] },
  },
  {
    name: 'a file that leaves the index and is ignored',
    flip(it) {
      it.write('.gitignore', 'private/\nweb/dist/*.js\nweb/notes.md\n');
      it.sandbox.git(it.folder, 'rm', '--quiet', '--cached', 'web/notes.md');
    },
    committed: true,
    runs: { 'web test': ['file web/notes.md'] },
  },
  {
    name: 'an ignored file that is put into the index',
    flip: (it) => void it.sandbox.git(it.folder, 'add', '--force', 'web/dist/out.js'),
    committed: true,
    runs: { 'web test': ['file web/dist/out.js'] },
  },
  {
    name: 'a renamed file, in an index of the same size under its old modification time',
    flip(it) {
      const index = at(it, '.git/index');
      const before = statSync(index);
      it.sandbox.git(it.folder, 'mv', 'web/b.txt', 'web/d.txt');
      it.commit();
      utimesSync(index, before.atimeMs / 1000, before.mtimeMs / 1000);
      assert.equal(statSync(index).size, before.size);
    },
    runs: testAndBuild('file web/b.txt', 'file web/d.txt'),
  },
  {
    name: '.dockerignore',
    flip: (it) => it.write('web/.dockerignore', 'nothing\n'),
    committed: true,
    runs: {
      'web test': ['file web/.dockerignore'],
      'web build': ['file web/.dockerignore', 'file web/notes.md'],
    },
  },
  {
    name: 'a .dockerignore of the Dockerfile alone',
    flip: (it) => it.write('docker/web.Dockerfile.dockerignore', 'notes.md\ncheck.sh\n'),
    committed: true,
    runs: { 'web build': ['file web/check.sh'] },
  },
  {
    name: 'Dockerfile',
    flip: (it) => it.edit('docker/web.Dockerfile', '/web', '/site'),
    committed: true,
    runs: { 'web build': ['file docker/web.Dockerfile'] },
  },
  configured('a build argument', 'LEVEL: "1"', 'LEVEL: "2"', { 'web build': ['recipe'] }),
  configured('the target', 'target: final', 'target: first', {
    'web build': ['base shop/runtime:latest', 'recipe'],
  }),
  configured('the platform', 'linux/amd64', 'linux/arm64', { 'web build': ['recipe'] }),
  configured('the test command', '[sh, check.sh]', '[sh, check.sh, again]', { 'web test': ['command'] }),
  configured('the declared variables', '[DECLARED]', '[DECLARED, MORE]', {
    'web test': ['environment MORE'],
  }),
  passed('DECLARED', 'two', { 'web test': ['environment DECLARED'] }),
  passed('DECLARED', undefined, { 'web test': ['environment DECLARED'] }),
  passed('NODE_OPTIONS', '--no-warnings', { 'web test': ['environment NODE_OPTIONS'] }),
  passed('CI', 'true', { 'web test': ['environment CI'] }),
  {
    name: 'the value of a build secret in the environment',
    flip: ({ environment }) => void Object.assign(environment, { SWEEP_TOKEN: 'another' }),
    runs: { 'web build': ['secret token'] },
  },
  {
    name: 'the value of a build secret in a file',
    flip: (it) => it.write('private/key', 'another\n'),
    runs: { 'web build': ['secret key'] },
  },
  {
    name: 'the machine that tests run on',
    flip: (it) => void Object.assign(it, { platform: 'linux/arm64' }),
    runs: { 'web test': ['platform'] },
  },
  {
    name: 'the program that runs the tests',
    flip(it) {
      const tools = join(it.sandbox.folder, 'tools');
      mkdirSync(tools, { recursive: true });
      writeFileSync(join(tools, 'sh'), '#!/bin/sh\nexec /bin/sh "$@"\n', { mode: 0o755 });
      it.environment.PATH = `${tools}:${it.environment.PATH}`;
    },
    runs: { 'web test': ['tool sh'] },
  },
  { name: 'the base image', flip: (it) => it.replaceBase('second'), runs: { 'web build': ['base base:1'] } },
];

const neutral: readonly Flip[] = [
  { name: 'nothing at all', flip: () => undefined, runs: {} },
  {
    name: 'new file times',
    flip: (it) => utimesSync(at(it, 'web/a.txt'), 1_000_000_000, 1_000_000_000),
    runs: {},
  },
  { name: 'the same content written again', flip: (it) => it.write('web/a.txt', 'aaaa\n'), runs: {} },
  {
    name: 'a file replaced by one with the same content',
    flip(it) {
      it.write('web/new', 'aaaa\n');
      renameSync(at(it, 'web/new'), at(it, 'web/a.txt'));
    },
    runs: {},
  },
  { ...edited('docs/readme.md', {}), name: 'a commit elsewhere in the repository' },
  { ...edited('docs/readme.md', {}), name: 'an uncommitted change elsewhere', committed: false },
  {
    name: 'an untracked file elsewhere',
    flip: (it) => it.write('elsewhere/file.txt', 'x\n'),
    runs: {},
  },
  { name: 'an empty commit', flip: () => undefined, committed: true, runs: {} },
  {
    name: 'a pipe in the service',
    flip: (it) => void execFileSync('mkfifo', [at(it, 'web/pipe')]),
    runs: {},
  },
  {
    name: 'the order of the environment',
    flip({ environment }) {
      const entries = Object.entries(environment).reverse();
      for (const [name] of entries) delete environment[name];
      Object.assign(environment, Object.fromEntries(entries));
    },
    runs: {},
  },
  passed('UNDECLARED', 'x', {}),
  passed('MORE', 'x', {}),
  passed('TERM', 'dumb', {}),
  configured('the order of build arguments', 'LEVEL: "1", MODE: plain', 'MODE: plain, LEVEL: "1"', {}),
  configured('a time limit', 'timeout: 5m', 'timeout: 6m', {}),
  configured('a comment in towline.yaml', 'registry:', '# a registry\nregistry:', {}),
  { name: 'the base image asked for again', flip: (it) => it.replaceBase('first'), runs: {} },
  {
    name: 'an index that was written again',
    flip: (it) => void it.sandbox.git(it.folder, 'read-tree', '--reset', 'HEAD'),
    runs: {},
  },
];

describe('content keys', () => {
  let workspace: SweepWorkspace;

  before(async () => {
    workspace = await makeSweepWorkspace();
    const first = stepsRun(await workspace.run());
    assert.deepEqual(first['web build'], ['first']);
    assert.deepEqual(stepsRun(await workspace.run()), {}, 'and keeps what it saw');
  });
  after(() => workspace.remove());

  /** Steps that a change runs again; what follows from a new image is left to the image. */
  async function stepsAfter({ flip, committed }: Flip): Promise<StepsRun> {
    await workspace.nextSecond();
    await flip(workspace);
    if (committed) workspace.commit();
    const steps = Object.entries(stepsRun(await workspace.run()));
    return Object.fromEntries(steps.filter(([step]) => !/(?:push|propose)$/.test(step)));
  }

  for (const flip of flips) {
    it(`miss exactly the steps that depend on it: ${flip.name}`, async () => {
      assert.deepEqual(await stepsAfter(flip), flip.runs);
    });
  }

  for (const flip of neutral) {
    it(`hit everything in spite of: ${flip.name}`, async () => {
      assert.deepEqual(await stepsAfter(flip), flip.runs);
    });
  }

  it('are found without a look at any file where nothing has changed since the last run', async () => {
    await workspace.run();
    await workspace.nextSecond();
    assert.deepEqual([stepsRun(await workspace.run()), workspace.knewFiles], [{}, true]);
    workspace.write('web/dist/out.js', 'never before\n');
    assert.deepEqual(stepsRun(await workspace.run())['web build'], ['file web/dist/out.js']);
  });

  afterEach(async () => {
    await workspace.restore();
    assert.deepEqual(stepsRun(await workspace.run()), {}, 'as it was before, with the results from before');
  });
});
