import assert from 'node:assert/strict';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from 'mocha';
import { createRepositories } from '../../../src/adapters/git/createRepositories.ts';
import type { Repository } from '../../../src/engine/ports/repositories.ts';
import { edits, useGit } from '../../support/gitContract.ts';
import { writeFiles } from '../../support/gitFixture.ts';

const hookNames = [
  'post-checkout',
  'post-index-change',
  'pre-commit',
  'prepare-commit-msg',
  'post-commit',
  'reference-transaction',
  'fsmonitor-watchman',
];

describe('a hostile repository', () => {
  const git = useGit();
  let fired: string;

  /** A command that leaves a file named after what ran it. */
  function canary(name: string): string {
    fired = join(git.sandbox.folder, 'fired');
    mkdirSync(fired, { recursive: true });
    const file = join(git.sandbox.folder, `canary-${name}`);
    writeFileSync(file, `#!/bin/sh\ntouch '${join(fired, name)}'\ncat\n`);
    chmodSync(file, 0o755);
    return `'${file}'`;
  }

  /** In these addresses spaces are escaped with percent signs, and quotes are letters. */
  const extUrl = (name: string) => `ext::${canary(name).slice(1, -1).replaceAll(' ', '% ')}`;

  /** Everything in a configuration, attributes and hooks that starts a program. */
  function plant(folder: string) {
    writeFiles(folder, {
      '.git/info/attributes': '* filter=a=b diff=spy\n*.p filter=proc\n',
      '.git/shared.cfg': `[filter "included"]\n\tclean = ${canary('included')}\n`,
      'seen.txt': 'changed after the commit\n',
      'seen.p': 'changed after the commit\n',
    });
    const settings = {
      'core.fsmonitor': canary('fsmonitor'),
      'core.sshCommand': canary('ssh'),
      'core.askPass': canary('askpass'),
      'core.pager': canary('pager'),
      'core.editor': canary('editor'),
      'core.alternateRefsCommand': canary('alternates'),
      'core.attributesFile': join(folder, '.git', 'info', 'attributes'),
      'credential.helper': `!${canary('credential')}`,
      'diff.external': canary('external'),
      'diff.spy.textconv': canary('textconv'),
      'diff.spy.command': canary('diffcommand'),
      'filter.a=b.clean': canary('clean'),
      'filter.a=b.smudge': canary('smudge'),
      'filter.a=b.required': 'true',
      'filter.proc.process': canary('process'),
      'filter.proc.required': 'true',
      'gpg.program': canary('gpg'),
      'log.showSignature': 'true',
      'alias.status': `!${canary('alias')}`,
      'alias.rev-parse': `!${canary('alias')}`,
      'include.path': 'shared.cfg',
      'protocol.ext.allow': 'always',
      'remote.ext.url': extUrl('ext'),
      'remote.lazy.url': extUrl('lazy'),
      'remote.lazy.promisor': 'true',
      'extensions.partialClone': 'lazy',
      'core.repositoryFormatVersion': '1',
    };
    for (const [key, value] of Object.entries(settings)) git.sandbox.git(folder, 'config', key, value);
    appendFileSync(join(folder, '.git', 'info', 'attributes'), 'inc.txt filter=included\n');
    for (const name of hookNames) {
      const file = `.git/hooks/${name}`;
      writeFiles(folder, { [file]: `#!/bin/sh\n${canary(`hook-${name}`)} < /dev/null\n` });
      chmodSync(join(folder, file), 0o755);
    }
    // A file whose time alone has changed must be read again, and so be filtered.
    utimesSync(join(folder, 'inc.txt'), new Date(1e12), new Date(1e12));
  }

  function start() {
    const folder = git.sandbox.makeRepository({
      files: { 'seen.txt': '1', 'seen.p': '1', 'inc.txt': '1', 'k.yaml': 'image: a\n' },
    });
    const head = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    plant(folder);
    return { folder, head };
  }

  const expectSilence = () => assert.deepEqual(existsSync(fired) ? readdirSync(fired) : [], []);
  afterEach(() => {
    fired = '';
  });

  it('would run its programs without the guards', () => {
    const { folder } = start();
    assert.throws(() => git.sandbox.git(folder, 'diff', '--exit-code'));
    assert.ok(readdirSync(fired).includes('fsmonitor'));
    assert.ok(readdirSync(fired).includes('clean') || readdirSync(fired).includes('process'));
  });

  const reads: Readonly<Record<string, (repository: Repository, head: string) => Promise<unknown>>> = {
    workingState: (repository) => repository.workingState(git.signal),
    findCommit: (repository) => repository.findCommit('HEAD', git.signal),
    branchHistory: (repository, head) => repository.branchHistory(head, ['k.yaml'], 9, git.signal),
    lastCommitTouching: (repository, head) => repository.lastCommitTouching(head, ['k.yaml'], git.signal),
    recentSubjects: (repository, head) => repository.recentSubjects(head, 5, git.signal),
    remotes: (repository) => repository.remotes(git.signal),
    resolve: (repository) => repository.resolve('refs/heads/main', git.signal),
    hasObject: (repository) => repository.hasObject('1'.repeat(40), git.signal),
    isAncestor: (repository, head) => repository.isAncestor(head, head, git.signal),
    readCommit: (repository, head) => repository.readCommit(head, git.signal),
    listTree: (repository, head) => repository.listTree(head, '', git.signal),
    changedPaths: (repository, head) => repository.changedPaths(head, head, git.signal),
    'readBlobs of what is missing': (repository) =>
      assert.rejects(repository.readBlobs(['1'.repeat(40)], git.signal), { code: 'git-failed' }),
    'treeWith and diff': async (repository, head) => {
      const request = { base: head, edits: edits({ 'k.yaml': 'b', 'seen.txt': '2' }), message: 'm' };
      const { commit } = await repository.commit(request, git.signal);
      return repository.diff(head, commit, git.signal);
    },
    'updateRef and deleteRef': async (repository, head) => {
      await repository.updateRef('refs/towline/x', head, undefined, git.signal);
      await repository.deleteRef('refs/towline/x', head, git.signal);
    },
    'a remote that is a command': (repository) =>
      assert.rejects(repository.remoteTips('ext', [], git.signal)),
    'a remote name that is a command': (repository) =>
      assert.rejects(repository.fetchBranch('ext::sh -c id', 'main', git.signal), { code: 'git-failed' }),
    'a remote of a request that is a command': (repository) =>
      assert.rejects(repository.fetchPull('ext::sh -c id', 1, git.signal), { code: 'git-failed' }),
    'a remote name that is an option': (repository) =>
      assert.rejects(repository.fetchBranch('--upload-pack=id', 'main', git.signal), { code: 'git-failed' }),
  };
  for (const [name, read] of Object.entries(reads)) {
    it(`runs nothing in ${name}`, async () => {
      const { folder, head } = start();
      const repository = await git.openGuarded(folder);
      await read(repository, head);
      expectSilence();
    });
  }

  it('runs no filter that was added after it was opened', async () => {
    const { folder } = start();
    const repository = await git.open(folder);
    await repository.workingState(git.signal);
    git.sandbox.git(folder, 'config', 'filter.late.clean', canary('late'));
    appendFileSync(join(folder, '.git', 'info', 'attributes'), '* filter=late\n');
    await repository.workingState(git.signal);
    expectSilence();
  });

  it('runs nothing of its submodules', async () => {
    const library = git.sandbox.makeRepository({ name: 'library', files: { code: '1' } });
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    git.sandbox.git(
      folder,
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      library,
      'sub',
    );
    git.sandbox.commitAll(folder, 'Add a submodule');
    const inner = join(folder, 'sub');
    git.sandbox.git(inner, 'config', 'filter.x.clean', canary('sub-clean'));
    git.sandbox.git(inner, 'config', 'core.fsmonitor', canary('sub-fsmonitor'));
    writeFileSync(join(folder, '.git', 'modules', 'sub', 'info', 'attributes'), '* filter=x\n');
    utimesSync(join(inner, 'code'), new Date(1e12), new Date(1e12));
    await (await git.openGuarded(folder)).workingState(git.signal);
    expectSilence();
  });

  it('runs nothing of a repository planted below the opened folder', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    const planted = git.sandbox.makeBareRemote('repository/planted');
    git.sandbox.git(planted, 'config', 'core.fsmonitor', canary('planted'));
    git.sandbox.git(planted, 'config', 'core.worktree', folder);
    git.sandbox.git(planted, 'config', 'core.bare', 'false');
    await assert.rejects(git.open(planted));
    await (await git.openGuarded(folder)).workingState(git.signal);
    expectSilence();
  });

  it('does not lend its git to a program of that name in its folder', async () => {
    const folder = git.sandbox.makeRepository({ files: { a: '1' } });
    writeFiles(folder, { git: { content: `#!/bin/sh\n${canary('git')}\n`, executable: true } });
    const environment = { ...git.sandbox.environment, PATH: `.::${git.sandbox.environment.PATH}` };
    const before = process.cwd();
    process.chdir(folder);
    try {
      await (await createRepositories({ environment }).open(folder, git.signal)).workingState(git.signal);
    } finally {
      process.chdir(before);
    }
    expectSilence();
  });
});
