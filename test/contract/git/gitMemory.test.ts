import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, relative } from 'node:path';
import { before, describe, it } from 'mocha';
import { createRepositories } from '../../../src/adapters/git/createRepositories.ts';
import { openRecordStore } from '../../../src/adapters/node/nodeRecordStore.ts';
import type { Repository } from '../../../src/engine/ports/repositories.ts';
import { useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';
import { skipTest } from '../../support/skipTest.ts';

/** Git's commands that one opening and one look at the working state start. */
const all = ['config', 'ls-files', 'rev-parse', 'status'];

describe('what git said of a checkout', function () {
  this.timeout(20_000);
  const git = useGit();

  /** A checkout with a folder `sub`, looked at by processes that share nothing but their records. */
  function makeCheckout() {
    const { sandbox } = git;
    const top = sandbox.makeRepository({ files: { a: '1', 'sub/b': '2' }, remote: sandbox.makeBareRemote() });
    const log = join(sandbox.folder, 'started');
    const program = join(sandbox.folder, 'git');
    const found = execFileSync('which', ['git']).toString().trim();
    writeFiles(sandbox.folder, {
      git: {
        content: `#!/bin/sh\nprintf '%s\\0' "$@" >> '${log}'\nexec '${found}' "$@"\n`,
        executable: true,
      },
    });
    const environment: Record<string, string> = { ...sandbox.environment };
    /** Opens and looks as a new process some time later; gives the commands that were started for it. */
    async function look(folder = top, now = Date.now() + 10_000) {
      rmSync(log, { force: true });
      const openRecords = (common: string) => openRecordStore(join(common, 'towline', 'records'));
      const repositories = createRepositories({ environment, program, openRecords, now: () => now });
      const repository = await repositories.open(folder, git.signal);
      const state = await repository.workingState(git.signal);
      const words = readFileSync(log, 'utf8').split('\0');
      return { repository, state, started: all.filter((command) => words.includes(command)) };
    }
    /** Whether git is started for what a repository is asked. */
    async function asks(question: () => Promise<unknown>): Promise<boolean> {
      rmSync(log, { force: true });
      await question();
      return existsSync(log);
    }
    return { top, environment, look, asks, program };
  }

  async function remoteUrl(repository: Repository): Promise<string | undefined> {
    return (await repository.remotes(git.signal))[0]?.url;
  }

  it('is not asked for again, from anywhere in it', async () => {
    const { top, look } = makeCheckout();
    const first = await look();
    assert.deepEqual(first.started, all);
    const second = await look();
    assert.deepEqual(second.started, ['status']);
    assert.deepEqual({ ...second.state, readAt: 0 }, { ...first.state, readAt: 0 });
    assert.deepEqual(second.repository.place, first.repository.place);
    assert.equal(await remoteUrl(second.repository), await remoteUrl(first.repository));
    assert.deepEqual((await look(join(top, 'sub'))).started, ['status']);
  });

  it('still shows what is new in the working tree', async () => {
    const { top, look } = makeCheckout();
    await look();
    writeFiles(top, { c: '3', 'sub/b': 'changed' });
    const { started, state } = await look();
    assert.deepEqual(started, ['status']);
    assert.deepEqual(state.files, ['a', 'c', 'sub/b']);
    assert.deepEqual(state.dirty, ['c', 'sub/b']);
  });

  it('is not kept while the files it came from could change again unnoticed', async () => {
    const { look } = makeCheckout();
    // By a clock on which all of it has just been written.
    await look(undefined, Date.now() - 10_000);
    assert.deepEqual((await look()).started, all);
    assert.deepEqual((await look()).started, ['status']);
  });

  it('is asked for again when the index has changed', async () => {
    const { top, look } = makeCheckout();
    await look();
    git.sandbox.git(top, 'rm', '--quiet', '--cached', 'a');
    git.sandbox.git(top, 'update-index', '--skip-worktree', 'sub/b');
    const { started, state } = await look();
    assert.deepEqual(started, ['ls-files', 'status']);
    assert.deepEqual(state.files, ['a', 'sub/b']);
    assert.deepEqual([...new Set(state.dirty)], ['a']);
  });

  const changes: Readonly<Record<string, (checkout: ReturnType<typeof makeCheckout>) => void>> = {
    "the repository's configuration": ({ top }) =>
      git.sandbox.git(top, 'config', 'remote.origin.url', '/else'),
    "the user's configuration": () => writeFileSync(git.sandbox.globalConfig, '[filter "x"]\n\tclean = x\n'),
    'a configuration where there was none': () =>
      writeFiles(git.sandbox.folder, { 'home/.config/git/config': '[core]\n' }),
    'a configuration of the worktree': ({ top }) => writeFiles(top, { '.git/config.worktree': '[core]\n' }),
    'another place for the configuration': ({ environment }) => {
      environment.GIT_CONFIG_GLOBAL = '/dev/null';
    },
    'configuration in the environment': ({ environment }) => {
      Object.assign(environment, { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'a.b', GIT_CONFIG_VALUE_0: 'c' });
    },
    'a border for the search': ({ environment, top }) => {
      environment.GIT_CEILING_DIRECTORIES = join(top, '..');
    },
    'another git': ({ program }) => writeFileSync(program, `${readFileSync(program, 'utf8')}# new\n`),
  };
  for (const [name, change] of Object.entries(changes)) {
    it(`is asked for again after a change: ${name}`, async () => {
      const checkout = makeCheckout();
      await checkout.look();
      assert.deepEqual((await checkout.look()).started, ['status']);
      change(checkout);
      const { started } = await checkout.look();
      assert.deepEqual(
        started.filter((command) => command !== 'ls-files'),
        ['config', 'rev-parse', 'status'],
      );
    });
  }

  it('is never kept of a configuration that includes other files', async () => {
    const { top, look } = makeCheckout();
    git.sandbox.git(top, 'config', 'include.path', '../shared');
    await look();
    assert.deepEqual((await look()).started, ['config', 'rev-parse', 'status']);
  });

  it('does not stand for a repository inside, a worktree or what a link leads to', async () => {
    const { top, look } = makeCheckout();
    await look();
    const inner = join(top, 'sub');
    git.sandbox.git(inner, 'init', '--quiet');
    assert.equal((await look(inner)).repository.place.top, inner);

    const worktree = join(git.sandbox.folder, 'worktree');
    git.sandbox.git(top, 'worktree', 'add', '--quiet', worktree);
    assert.equal((await look(worktree)).repository.place.top, worktree);
    const { repository, started } = await look(worktree);
    assert.deepEqual([repository.place.top, started], [worktree, all]);

    mkdirSync(join(top, 'other'));
    symlinkSync(inner, join(top, 'other', 'link'));
    assert.equal((await look(join(top, 'other', 'link'))).repository.place.top, inner);
  });

  it('does not hide a filter that came into the configuration', async () => {
    const { top, look } = makeCheckout();
    await look();
    const mark = join(git.sandbox.folder, 'filtered');
    git.sandbox.git(top, 'config', 'filter.bad.clean', `touch '${mark}'; cat`);
    writeFiles(top, { '.gitattributes': '* filter=bad\n', a: 'changed' });
    await look();
    assert.throws(() => readFileSync(mark), /ENOENT/);
  });

  it('does not hide what changed between two questions to the same repository', async () => {
    const { top, look } = makeCheckout();
    await look();
    const { repository, state, started } = await look();
    assert.deepEqual(started, ['status']);
    const { sandbox } = git;
    const commit = async (name: string) => {
      const edits = [{ path: name, content: Buffer.from(name) }];
      return repository.commit({ base: state.head ?? '', edits, message: 'Add a file' }, git.signal);
    };
    await commit('one');
    const url = join(sandbox.folder, 'elsewhere.git');
    sandbox.git(top, 'remote', 'set-url', 'origin', url);
    assert.equal(await remoteUrl(repository), url);
    writeFiles(sandbox.folder, {
      'hooks/commit-msg': { content: '#!/bin/sh\necho not today; exit 1\n', executable: true },
    });
    sandbox.git(top, 'config', 'core.hooksPath', join(sandbox.folder, 'hooks'));
    await assert.rejects(commit('two'), /not today/);
    sandbox.git(top, 'config', '--unset', 'core.hooksPath');
    writeFiles(sandbox.folder, { signer: { content: '#!/bin/sh\nexit 1\n', executable: true } });
    sandbox.git(top, 'config', 'gpg.program', join(sandbox.folder, 'signer'));
    await commit('three');
    sandbox.git(top, 'config', 'commit.gpgsign', 'true');
    await assert.rejects(commit('four'), { code: 'signing-failed' });
  });

  describe('about the branches of a remote that hold a commit', () => {
    /** A checkout whose commit is on the remote's branch `main`, and the question where it is. */
    async function ask(now?: number) {
      const { top, look, asks } = makeCheckout();
      git.sandbox.git(top, 'push', '--quiet', 'origin', 'main', 'main:team/x');
      const { repository, state } = await look(top, now);
      const holding = async () =>
        (await repository.remoteBranchesWith('origin', state.head ?? '', git.signal))?.holding;
      return { top, holding, asksAgain: () => asks(holding) };
    }

    it('is not asked for again', async () => {
      const { holding, asksAgain } = await ask();
      const first = await holding();
      assert.deepEqual(first, ['main', 'team/x']);
      assert.equal(await asksAgain(), false);
      assert.deepEqual(await holding(), first);
    });

    const refs: Readonly<Record<string, readonly [command: readonly string[], holding: readonly string[]]>> =
      {
        'a new branch': [
          ['update-ref', 'refs/remotes/origin/new', 'main'],
          ['main', 'new', 'team/x'],
        ],
        'a branch in a folder that was there': [
          ['update-ref', 'refs/remotes/origin/team/y', 'main'],
          ['main', 'team/x', 'team/y'],
        ],
        'a branch that is gone': [['update-ref', '-d', 'refs/remotes/origin/team/x'], ['main']],
        'a branch that moved': [['update-ref', 'refs/remotes/origin/team/x', 'old'], ['main']],
        'branches that were packed': [
          ['pack-refs', '--all'],
          ['main', 'team/x'],
        ],
      };
    for (const [name, [command, holding]] of Object.entries(refs)) {
      it(`is asked for again after a change: ${name}`, async () => {
        const asked = await ask();
        const { top } = asked;
        const tree = git.sandbox.git(top, 'rev-parse', 'main^{tree}');
        git.sandbox.git(top, 'tag', 'old', git.sandbox.git(top, 'commit-tree', '-m', 'Old', tree));
        await asked.holding();
        git.sandbox.git(top, ...command);
        assert.deepEqual(await asked.holding(), holding);
      });
    }

    it('is asked for again after a change of packed refs', async () => {
      const { top, holding } = await ask();
      git.sandbox.git(top, 'pack-refs', '--all');
      await holding();
      git.sandbox.git(top, 'update-ref', '-d', 'refs/remotes/origin/team/x');
      assert.deepEqual(await holding(), ['main']);
    });

    it('is asked for again while a ref could change again unnoticed', async () => {
      const { holding, asksAgain } = await ask(Date.now());
      await holding();
      assert.equal(await asksAgain(), true);
    });

    it('is asked for again where refs lie behind a link', async () => {
      const { top, holding, asksAgain } = await ask();
      const elsewhere = join(git.sandbox.folder, 'team');
      renameSync(join(top, '.git/refs/remotes/origin/team'), elsewhere);
      symlinkSync(elsewhere, join(top, '.git/refs/remotes/origin/team'));
      await holding();
      assert.equal(await asksAgain(), true);
    });
  });

  describe('about the branches of a remote in a folder of this machine', () => {
    before(function () {
      if (process.platform !== 'linux') skipTest(this, 'Linux alone tells what a file system is');
    });

    /** A checkout at its second commit, with a remote that has `main` and `team/x` at the first. */
    async function start(now?: number) {
      const checkout = makeCheckout();
      const { top, look, asks } = checkout;
      const inCheckout = (...args: string[]) => git.sandbox.git(top, ...args);
      inCheckout('push', '--quiet', 'origin', 'main', 'main:team/x');
      const first = inCheckout('rev-parse', 'HEAD');
      inCheckout('commit', '--quiet', '--allow-empty', '-m', 'Second');
      const second = inCheckout('rev-parse', 'HEAD');
      const other = git.sandbox.makeBareRemote('other.git');
      inCheckout('push', '--quiet', other, 'main');
      const remote = inCheckout('remote', 'get-url', 'origin');
      const inRemote = (...args: string[]) => git.sandbox.git(remote, ...args);
      /** What a process of its own is answered, and whether it starts git for that. */
      async function ask(branches: readonly string[] = ['team/x']) {
        const { repository } = await look(top, now);
        let answer: Awaited<ReturnType<Repository['remoteTips']>> | undefined;
        const asked = await asks(async () => {
          answer = await repository.remoteTips('origin', branches, git.signal);
        });
        return { asked, branch: answer?.defaultBranch, tips: Object.fromEntries(answer?.tips ?? []) };
      }
      await look(top, now);
      return { top, other, remote, inCheckout, inRemote, ask, first, second };
    }
    type Started = Awaited<ReturnType<typeof start>>;

    it('is not asked for again', async () => {
      const { ask, first } = await start();
      const told = { branch: 'main', tips: { main: first, 'team/x': first } };
      assert.deepEqual(await ask(), { asked: true, ...told });
      assert.deepEqual(await ask(), { asked: false, ...told });
      const less = { branch: 'main', tips: { main: first } };
      assert.deepEqual(await ask(['missing']), { asked: true, ...less });
      assert.deepEqual(await ask(['missing']), { asked: false, ...less });
      assert.deepEqual(await ask(), { asked: false, ...told });
    });

    const changes: Readonly<
      Record<string, readonly [change: (it: Started) => unknown, answer: (it: Started) => object]>
    > = {
      'a branch that moved': [
        ({ inCheckout }) => inCheckout('push', '--quiet', 'origin', 'main:team/x'),
        ({ first, second }) => ({ main: first, 'team/x': second }),
      ],
      'a default branch that moved': [
        ({ inCheckout }) => inCheckout('push', '--quiet', 'origin', 'main'),
        ({ first, second }) => ({ main: second, 'team/x': first }),
      ],
      'a branch that is gone': [
        ({ inCheckout }) => inCheckout('push', '--quiet', 'origin', ':team/x'),
        ({ first }) => ({ main: first }),
      ],
      'branches that were packed': [
        ({ inRemote }) => inRemote('pack-refs', '--all'),
        ({ first }) => ({ main: first, 'team/x': first }),
      ],
      'another default branch': [
        ({ inRemote }) => inRemote('symbolic-ref', 'HEAD', 'refs/heads/team/x'),
        ({ first }) => ({ 'team/x': first }),
      ],
      'branches that the remote hides': [
        ({ inRemote }) => inRemote('config', 'uploadpack.hideRefs', 'refs/heads/team'),
        ({ first }) => ({ main: first }),
      ],
      'branches that the user has it hide': [
        () =>
          git.sandbox.git(git.sandbox.folder, 'config', '--global', 'transfer.hideRefs', 'refs/heads/team'),
        ({ first }) => ({ main: first }),
      ],
      'another place': [
        ({ inCheckout, other }) => inCheckout('remote', 'set-url', 'origin', other),
        ({ second }) => ({ main: second }),
      ],
      'another place by a rule': [
        ({ inCheckout, other, remote }) => inCheckout('config', `url.${other}.insteadOf`, remote),
        ({ second }) => ({ main: second }),
      ],
      'another repository in its place': [
        ({ other, remote }) => {
          rmSync(remote, { recursive: true });
          renameSync(other, remote);
        },
        ({ second }) => ({ main: second }),
      ],
    };
    for (const [name, [change, answer]] of Object.entries(changes)) {
      it(`is asked for again after a change: ${name}`, async () => {
        const started = await start();
        await started.ask();
        assert.equal((await started.ask()).asked, false);
        change(started);
        const { asked, tips } = await started.ask();
        assert.deepEqual({ asked, tips }, { asked: true, tips: answer(started) });
      });
    }

    it('is asked for again when a packed branch is gone', async () => {
      const { ask, inRemote, remote, first } = await start();
      inRemote('pack-refs', '--all');
      await ask();
      assert.equal((await ask()).asked, false);
      // As a copy from elsewhere would have it, which touches no folder of refs.
      const packed = join(remote, 'packed-refs');
      writeFileSync(packed, readFileSync(packed, 'utf8').replace(/.*team.*\n/, ''));
      assert.deepEqual((await ask()).tips, { main: first });
    });

    it('is asked for again while a branch could change again unnoticed', async () => {
      const { ask, remote } = await start();
      const soon = Date.now() / 1000 + 60;
      utimesSync(join(remote, 'refs/heads/main'), soon, soon);
      await ask();
      assert.equal((await ask()).asked, true);
    });

    it('is asked for each time where the remote is named from where the checkout is', async () => {
      const { ask, inCheckout, top, remote, first } = await start();
      inCheckout('remote', 'set-url', 'origin', relative(top, remote));
      const before = process.cwd();
      process.chdir(top);
      try {
        await ask();
        assert.deepEqual(await ask(), {
          asked: true,
          branch: 'main',
          tips: { main: first, 'team/x': first },
        });
      } finally {
        process.chdir(before);
      }
    });

    const never: Readonly<Record<string, (it: Started) => unknown>> = {
      'has a scheme': ({ inCheckout, remote }) =>
        inCheckout('remote', 'set-url', 'origin', `file://${remote}`),
      'is a checkout': ({ inCheckout, top }) => inCheckout('remote', 'set-url', 'origin', top),
      'has a checkout beside its refs': ({ remote, inCheckout }) => {
        const clone = join(git.sandbox.folder, 'clone');
        inCheckout('clone', '--quiet', remote, clone);
        renameSync(join(clone, '.git'), join(remote, '.git'));
      },
      'is reached by a program of its own': ({ inCheckout }) =>
        inCheckout('config', 'remote.origin.uploadpack', 'git-upload-pack'),
      'is elsewhere by a rule': ({ inCheckout, other, remote }) =>
        inCheckout('config', `url.${other}.insteadOf`, remote),
      'has branches behind a link': ({ remote }) => {
        const elsewhere = join(git.sandbox.folder, 'heads');
        renameSync(join(remote, 'refs/heads'), elsewhere);
        symlinkSync(elsewhere, join(remote, 'refs/heads'));
      },
      'names no default branch': ({ inRemote }) => inRemote('symbolic-ref', 'HEAD', 'refs/heads/none'),
      'keeps its refs in tables': ({ remote }) => mkdirSync(join(remote, 'reftable')),
    };
    for (const [name, change] of Object.entries(never)) {
      it(`is asked for each time where the remote ${name}`, async () => {
        const started = await start();
        change(started);
        await started.ask();
        await started.ask();
        assert.equal((await started.ask()).asked, true);
      });
    }

    it('is asked for again where the record of it was damaged', async () => {
      const { ask, top } = await start();
      await ask();
      const record = join(top, '.git/towline/records/git/tips');
      for (const text of ['', '{', 'null', '7', '{}', '{"version":1}']) {
        writeFileSync(record, text);
        assert.equal((await ask()).asked, true, text);
        assert.equal((await ask()).asked, false, text);
      }
    });
  });
});
