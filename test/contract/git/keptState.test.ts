import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { createRepositories } from '../../../src/adapters/git/createRepositories.ts';
import { openRecordStore } from '../../../src/adapters/node/nodeRecordStore.ts';
import type { Repository, WorkingState } from '../../../src/engine/ports/repositories.ts';
import { type GitSandbox, makeGitSandbox, writeFiles } from '../../support/gitFixture.ts';

const { signal } = new AbortController();

interface Checkout {
  readonly sandbox: GitSandbox;
  readonly top: string;
}

interface Change {
  readonly name: string;
  /** Made long before the state is kept. */
  before?(checkout: Checkout): void;
  /** Made after it was kept. */
  change(checkout: Checkout): void;
  /** Whether everything that `same` speaks for is as it was, but for `changed`. */
  readonly same?: true;
  readonly changed?: readonly string[];
}

const write =
  (path: string, content: string) =>
  ({ top }: Checkout): void =>
    writeFiles(top, { [path]: content });
const git =
  (...args: readonly string[]) =>
  ({ sandbox, top }: Checkout): void =>
    void sandbox.git(top, ...args);

const commit =
  (files: Readonly<Record<string, string>>) =>
  (checkout: Checkout): void => {
    writeFiles(checkout.top, files);
    git('add', '.')(checkout);
    git('commit', '--quiet', '--message=More')(checkout);
  };

function manyFiles(content: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`many/${index}`, content]));
}

/** The rest is the same, and known to be. */
function onlyIn(...changed: readonly string[]): Pick<Change, 'same' | 'changed'> {
  return { same: true, changed };
}

const changes: readonly Change[] = [
  { name: 'nothing', change() {}, same: true },
  { name: 'the content of an ignored file', change: write('logs/a.log', 'more'), same: true },
  { name: 'a file in an ignored folder', change: write('out/new', 'x'), same: true },
  { name: 'content', change: write('src/a.js', 'longer'), ...onlyIn('src/a.js') },
  { name: 'content of the same size', change: write('src/a.js', 'AAA'), ...onlyIn('src/a.js') },
  {
    name: 'content of several files',
    change(checkout) {
      for (const path of ['src/b.js', 'src/a.js']) write(path, 'more')(checkout);
    },
    ...onlyIn('src/a.js', 'src/b.js'),
  },
  {
    name: 'content of a file whose name is a pattern',
    before: commit({ '[ab].js': '1', 'a.js': '1' }),
    change: write('[ab].js', '2'),
    ...onlyIn('[ab].js'),
  },
  {
    name: 'content beside other edited files',
    before(checkout) {
      write('src/b.js', 'edited')(checkout);
      write('loose', '1')(checkout);
    },
    change: write('src/a.js', 'AAA'),
    ...onlyIn('src/a.js'),
  },
  {
    name: 'content of very many files',
    before: commit(manyFiles('1')),
    change: ({ top }) => writeFiles(top, manyFiles('2')),
  },
  {
    name: 'attributes in a tracked file',
    before: commit({ '.gitattributes': '' }),
    change: write('.gitattributes', '*.js text\n'),
  },
  {
    name: 'content of the same size under the old modification time',
    change({ top }) {
      const file = join(top, 'src/a.js');
      const { atimeMs, mtimeMs } = statSync(file);
      writeFileSync(file, 'AAA');
      utimesSync(file, atimeMs / 1000, mtimeMs / 1000);
    },
    ...onlyIn('src/a.js'),
  },
  {
    name: 'the executable bit',
    change: ({ top }) => chmodSync(join(top, 'src/a.js'), 0o755),
    ...onlyIn('src/a.js'),
  },
  {
    name: 'bits that Git does not record',
    change: ({ top }) => chmodSync(join(top, 'src/a.js'), 0o600),
    ...onlyIn('src/a.js'),
  },
  { name: 'bits of a folder', change: ({ top }) => chmodSync(join(top, 'src'), 0o700) },
  { name: 'times', change: ({ top }) => utimesSync(join(top, 'src/a.js'), 1, 1), ...onlyIn('src/a.js') },
  {
    name: 'a file replaced by one like it',
    change({ top }) {
      writeFileSync(join(top, 'src/new'), 'aaa');
      renameSync(join(top, 'src/new'), join(top, 'src/a.js'));
    },
  },
  {
    name: 'a file replaced by a link',
    change({ top }) {
      rmSync(join(top, 'src/a.js'));
      symlinkSync('b.js', join(top, 'src/a.js'));
    },
  },
  { name: 'a new file', change: write('src/new.js', 'x') },
  { name: 'a new file at the top', change: write('new.js', 'x') },
  { name: 'a new file beside ignored ones only', change: write('logs/new.txt', 'x') },
  { name: 'a new ignored file', change: write('logs/new.log', 'x') },
  { name: 'an empty folder', change: ({ top }) => mkdirSync(join(top, 'src/empty')) },
  {
    name: 'a new file in a folder that was empty',
    before: ({ top }) => mkdirSync(join(top, 'src/empty')),
    change: write('src/empty/new', 'x'),
  },
  { name: 'a removed file', change: ({ top }) => rmSync(join(top, 'src/a.js')) },
  { name: 'a renamed file', change: ({ top }) => renameSync(join(top, 'src/a.js'), join(top, 'src/c.js')) },
  { name: 'nothing beside an untracked file', before: write('loose', '1'), change() {}, same: true },
  { name: 'an untracked file', before: write('loose', '1'), change: write('loose', '2'), ...onlyIn('loose') },
  { name: 'nothing beside an edited file', before: write('src/a.js', 'edited'), change() {}, same: true },
  {
    name: 'an edited file',
    before: write('src/a.js', 'edited'),
    change: write('src/a.js', 'EDITED'),
    ...onlyIn('src/a.js'),
  },
  {
    name: 'an edited file that is as committed again',
    before: write('src/a.js', 'edited'),
    change: write('src/a.js', 'aaa'),
    ...onlyIn('src/a.js'),
  },
  {
    name: 'nothing beside a removed file',
    before: ({ top }) => rmSync(join(top, 'src/a.js')),
    change() {},
    same: true,
  },
  {
    name: 'a removed file that is back',
    before: ({ top }) => rmSync(join(top, 'src/a.js')),
    change: write('src/a.js', 'aaa'),
  },
  {
    name: 'a staged file that is edited',
    before(checkout) {
      write('src/a.js', 'staged')(checkout);
      git('add', '.')(checkout);
    },
    change: write('src/a.js', 'STAGED'),
    ...onlyIn('src/a.js'),
  },
  {
    name: 'a file with the same content and older times, edited',
    before: ({ top }) => utimesSync(join(top, 'src/a.js'), 1_500_000_000, 1_500_000_000),
    change: write('src/a.js', 'AAA'),
    ...onlyIn('src/a.js'),
  },
  { name: 'staging', before: write('loose', '1'), change: git('add', 'loose') },
  { name: 'an empty commit', change: git('commit', '--quiet', '--allow-empty', '--message=Empty') },
  {
    name: 'HEAD alone',
    before: git('commit', '--quiet', '--allow-empty', '--message=Empty'),
    change: git('reset', '--quiet', '--soft', 'HEAD~1'),
  },
  { name: 'the branch', change: git('switch', '--quiet', '--create', 'other') },
  { name: 'a detached HEAD', change: git('switch', '--quiet', '--detach') },
  { name: 'refs in one file', change: git('pack-refs', '--all') },
  { name: 'nothing after that', before: git('pack-refs', '--all'), change() {}, same: true },
  {
    name: 'the branch, moved in that file',
    before(checkout) {
      git('commit', '--quiet', '--allow-empty', '--message=Empty')(checkout);
      git('pack-refs', '--all')(checkout);
    },
    change(checkout) {
      git('update-ref', 'refs/heads/main', 'HEAD~1')(checkout);
      git('pack-refs', '--all')(checkout);
    },
  },
  {
    name: 'rules of the repository alone',
    before: write('loose', '1'),
    change: write('.git/info/exclude', 'loose\n'),
  },
  {
    name: "the user's rules",
    before: write('loose', '1'),
    change: ({ sandbox }) => writeFiles(sandbox.folder, { 'home/.config/git/ignore': 'loose\n' }),
  },
  {
    name: 'rules in a file that configuration names',
    before(checkout) {
      write('loose', '1')(checkout);
      git('config', 'core.excludesFile', '~/rules')(checkout);
    },
    change: ({ sandbox }) => writeFiles(sandbox.folder, { 'home/rules': 'loose\n' }),
  },
  {
    name: 'rules in a file that ignores itself',
    before(checkout) {
      write('deep/loose', '1')(checkout);
      write('deep/.gitignore', '.gitignore\n')(checkout);
    },
    change: write('deep/.gitignore', '.gitignore\nloose\n'),
  },
  { name: 'rules in a tracked file', before: write('loose', '1'), change: write('.gitignore', '*\n') },
  { name: 'configuration', change: git('config', 'core.autocrlf', 'true') },
  { name: 'a repository inside', change: git('init', '--quiet', 'src/inner') },
];

/** States that nothing can be told of later, or too little. */
const unkept: readonly { readonly name: string; before(checkout: Checkout): void }[] = [
  {
    name: 'with a file that is assumed unchanged',
    before: git('update-index', '--assume-unchanged', 'src/a.js'),
  },
  { name: 'with a file that is skipped', before: git('update-index', '--skip-worktree', 'src/a.js') },
  { name: 'of a sparse checkout', before: git('sparse-checkout', 'set', 'logs') },
  {
    name: 'with a submodule',
    before(checkout) {
      const other = checkout.sandbox.makeRepository({ name: 'other', files: { a: '1' } });
      git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other, 'sub')(checkout);
    },
  },
  {
    name: 'with a repository inside',
    before: ({ sandbox }) => void sandbox.makeRepository({ name: 'repository/inner', files: { a: '1' } }),
  },
  {
    name: 'under rules in a file that cannot be told',
    before: git('config', 'core.excludesFile', 'somewhere/rules'),
  },
];

for (const [who, fewFiles] of [
  ['git', 0],
  ['Node', 1_000],
] as const)
  describe(`a working state that was kept, its files compared by ${who}`, function () {
    this.timeout(60_000);
    describeKeptStates(fewFiles);
  });

function describeKeptStates(fewFiles: number): void {
  const checkouts = new Map<string, Checkout>();

  // All at once, as all have to grow older than the moment in which a change could go unnoticed.
  before(async () => {
    for (const { name, before } of [...changes, ...unkept, { name: 'others', before: undefined }]) {
      const sandbox = makeGitSandbox();
      const top = sandbox.makeRepository({
        files: { '.gitignore': '*.log\nout/\n', 'src/a.js': 'aaa', 'src/b.js': 'bbb' },
      });
      writeFiles(top, { 'logs/a.log': 'log', 'out/a': 'out' });
      before?.({ sandbox, top });
      checkouts.set(name, { sandbox, top });
    }
    const newest = Math.max(...[...checkouts.values()].map(({ sandbox }) => newestChange(sandbox.folder)));
    while (Date.now() <= newest + 2_000) await new Promise((resolve) => setTimeout(resolve, 100));
  });
  after(() => {
    for (const { sandbox } of checkouts.values()) sandbox.remove();
  });

  const checkoutOf = (name: string): Checkout => checkouts.get(name) ?? assert.fail(name);

  /** Opened and looked at by a new process. */
  async function look({ sandbox, top }: Checkout, remembers = true, later = 0) {
    const repositories = createRepositories({
      environment: sandbox.environment,
      now: () => Date.now() + later,
      fewFiles,
      ...(remembers
        ? { openRecords: (common: string) => openRecordStore(join(common, 'towline', 'records')) }
        : {}),
    });
    const repository = await repositories.open(top, signal);
    return { repository, state: await repository.workingState(signal) };
  }

  async function keep(checkout: Checkout) {
    // The first keeps what Git's configuration and index say.
    await look(checkout);
    const { repository, state } = await look(checkout);
    return { repository, state, kept: await repository.keepState(state, signal) };
  }

  for (const { name, change, same, changed = [] } of changes) {
    const stands = same
      ? `is the same${changed.length > 0 ? ' but for that' : ''}`
      : 'does not stand for another';
    it(`${stands} after a change: ${name}`, async () => {
      const checkout = checkoutOf(name);
      const { kept } = await keep(checkout);
      assert.ok(kept);
      assert.equal((await look(checkout)).state.same, kept.name);
      change(checkout);
      const { state } = await look(checkout);
      assert.deepEqual(seenIn(state), seenIn((await look(checkout, false)).state));
      assert.deepEqual([state.same, state.changed], [same && kept.name, changed]);
    });
  }

  for (const { name } of unkept) {
    it(`is not kept ${name}`, async () => {
      const { kept, state } = await keep(checkoutOf(name));
      assert.deepEqual([kept, state.same], [undefined, undefined]);
    });
  }

  it('counts a file as changed that could change again unnoticed since it was read', async () => {
    const checkout = checkoutOf('nothing after that');
    write('src/b.js', 'BBB')(checkout);
    const { kept } = await keep(checkout);
    assert.ok(kept);
    for (const content of [undefined, 'BBC', 'bbb']) {
      if (content !== undefined) write('src/b.js', content)(checkout);
      const { state } = await look(checkout);
      assert.deepEqual([state.same, state.changed], [kept.name, ['src/b.js']]);
      assert.deepEqual(seenIn(state), seenIn((await look(checkout, false)).state));
    }
  });

  describe('is not kept of what has changed', () => {
    async function keepAfter(change: (repository: Repository) => void | Promise<void>) {
      const checkout = checkoutOf('others');
      git('reset', '--quiet', '--hard')(checkout);
      await look(checkout);
      const { repository, state } = await look(checkout);
      await change(repository);
      return repository.keepState(state, signal);
    }

    it('just before it was read: many files that could change again unnoticed', async () => {
      const checkout = checkoutOf('content of very many files');
      for (let at = 0; at <= 20; at += 1) chmodSync(join(checkout.top, `many/${at}`), 0o600);
      assert.equal((await keep(checkout)).kept, undefined);
    });

    it('just before it was read: a folder', async () => {
      const checkout = checkoutOf('bits of a folder');
      chmodSync(join(checkout.top, 'src'), 0o750);
      assert.equal((await keep(checkout)).kept, undefined);
    });

    it('just before it was read: where HEAD is', async () => {
      const checkout = checkoutOf('the content of an ignored file');
      writeFileSync(join(checkout.top, '.git/HEAD'), 'ref: refs/heads/main\n');
      assert.equal((await keep(checkout)).kept, undefined);
    });

    it('since it was read: what git says now', async () => {
      const checkout = checkoutOf('a file in an ignored folder');
      await look(checkout);
      const { repository, state } = await look(checkout);
      for (const other of [
        { files: [] },
        { dirty: ['src/a.js'] },
        { branch: 'other' },
        { head: '0'.repeat(40) },
      ])
        assert.equal(await repository.keepState({ ...state, ...other }, signal), undefined);
      assert.ok(await repository.keepState(state, signal));
    });

    it('since it was read: a file', async () => {
      assert.equal(await keepAfter(() => write('src/a.js', 'later')(checkoutOf('others'))), undefined);
    });

    it('since it was read: a folder', async () => {
      assert.equal(await keepAfter(() => write('logs/b.log', 'later')(checkoutOf('others'))), undefined);
    });
  });

  it('does not stand for one under another configuration, once that is remembered', async () => {
    const checkout = checkoutOf('an empty folder');
    // What the tests before changed has settled by then.
    const later = 10_000;
    await look(checkout, true, later);
    const { repository, state } = await look(checkout, true, later);
    const kept = await repository.keepState(state, signal);
    assert.ok(kept);
    git('config', 'core.autocrlf', 'input')(checkout);
    await look(checkout, true, later);
    assert.equal((await look(checkout, true, later)).state.same, undefined);
  });

  it('speaks for every folder that Git does not ignore', async () => {
    const { kept } = await keep(checkoutOf('nothing'));
    assert.deepEqual(kept && [...kept.folders].sort(), ['', 'logs', 'src']);
  });

  it('leaves the checkout as it is, index and all', async () => {
    const checkout = checkoutOf('times');
    const index = readFileSync(join(checkout.top, '.git/index'));
    await keep(checkout);
    assert.deepEqual(readFileSync(join(checkout.top, '.git/index')), index);
  });
}

function seenIn({ head, branch, files, dirty, submodules }: WorkingState) {
  return { head, branch, files, dirty, submodules };
}

/** Milliseconds since the epoch. */
function newestChange(path: string): number {
  const status = lstatSync(path);
  const below = status.isDirectory() ? readdirSync(path).map((name) => newestChange(join(path, name))) : [];
  return Math.max(status.ctimeMs, status.mtimeMs, ...below);
}
