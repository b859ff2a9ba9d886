import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { digestIn, tagsIn, useCliLab } from '../support/cliLab.ts';
import {
  assertExit,
  failureOfStep,
  holdOf,
  outputOf,
  resultOf,
  startTowline,
  stepsOf,
  towline,
} from '../support/cliProcess.ts';
import { type CliWorkspace, docker, proposalBranches } from '../support/cliWorkspace.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';
import { skipTest } from '../support/skipTest.ts';

describe('towline run, the state of the checkout', () => {
  const lab = useCliLab();

  it('builds and pushes uncommitted changes under a tag that says so, and holds their proposal', async () => {
    const workspace = lab.makeWorkspace();
    workspace.write({ 'services/api/message.txt': 'not committed\n' });
    const before = snapshotCheckout(workspace.folder);

    const run = await towline(workspace, 'run', '--yes', '--json');

    assertExit(run, 3);
    const push = outputOf(run, 'api', 'push');
    assert.match(push.tag, /dirty/);
    assert.equal(await digestIn(lab.registry, workspace.image, push.tag), push.digest);
    assert.equal(holdOf(run, 'api', 'propose').code, 'dirty');
    assert.deepEqual(proposalBranches(workspace), []);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);

    workspace.commit({});
    const clean = await towline(workspace, 'run', '--yes', '--json');
    assertExit(clean, 0);
    assert.equal(resultOf(clean, 'api', 'test').outcome, 'reused');
    assert.doesNotMatch(outputOf(clean, 'api', 'push').tag, /dirty/);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  });

  it('proposes uncommitted changes where the environment allows it', async () => {
    const workspace = lab.makeWorkspace({ dev: { allowDirty: true } });
    workspace.write({ 'services/api/extra.txt': 'untracked\n' });
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.match(outputOf(run, 'api', 'push').tag, /dirty/);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('proposes a service that is clean while another file is not', async () => {
    const workspace = lab.makeWorkspace();
    workspace.write({ 'notes.txt': 'untracked\n', 'deploy/dev/kustomization.yaml': 'half: [written\n' });
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('works on a detached HEAD, against the remote’s default branch', async () => {
    const workspace = lab.makeWorkspace();
    workspace.git('checkout', '--quiet', '--detach');
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.equal(outputOf(run, 'api', 'propose').base, 'main');
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('works from a feature branch with a slash in its name', async () => {
    const workspace = lab.makeWorkspace();
    workspace.git('checkout', '--quiet', '-b', 'feature/Ünïcode');
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const { tag, digest } = outputOf(run, 'api', 'push');
    assert.match(tag, /^[a-zA-Z0-9_][\w.-]*$/);
    assert.equal(await digestIn(lab.registry, workspace.image, tag), digest);
    assert.equal(outputOf(run, 'api', 'propose').base, 'main');
  });

  it('holds the proposal of a repository without a commit', async () => {
    const workspace = lab.makeWorkspace({ commit: false });
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 3);
    assert.equal(holdOf(run, 'api', 'propose').code, 'commit-missing');
    assert.equal((await tagsIn(lab.registry, workspace.image)).length, 1);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
  });

  it('leaves stashes, staged changes and a merge in progress as they are', async () => {
    const workspace = lab.makeWorkspace();
    workspace.write({ 'services/api/message.txt': 'stashed\n' });
    workspace.git('stash', '--quiet');
    workspace.write({ 'notes.txt': 'staged\n' });
    workspace.git('add', 'notes.txt');
    workspace.write({ 'notes.txt': 'and changed again\n' });
    writeFileSync(join(workspace.folder, '.git/MERGE_HEAD'), `${workspace.git('rev-parse', 'HEAD')}\n`);
    const before = snapshotCheckout(workspace.folder);
    assertExit(await towline(workspace, 'run', '--yes'), 0);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
    assert.match(readFileSync(join(workspace.folder, '.git/MERGE_HEAD'), 'utf8'), /^[0-9a-f]{40}\n$/);
  });

  it('names images in a linked worktree as in the main one', async () => {
    const workspace = lab.makeWorkspace({
      files: {
        'towline.yaml': undefined,
        'deploy/dev/kustomization.yaml': undefined,
        'deploy/dev/deployment.yaml': undefined,
      },
    });
    const folder = join(workspace.sandbox.folder, 'elsewhere');
    workspace.git('worktree', 'add', '--quiet', '-b', 'side', folder);
    const imagesOf = async (place: typeof workspace): Promise<unknown> => {
      const status = await towline(place, 'status', '--json');
      return JSON.parse(status.stdout).workspace.services.map(
        ({ image }: { readonly image: string }) => image,
      );
    };
    const images = await imagesOf(workspace);
    assert.match(String(images), /^[^/]+\/api$/);
    assert.deepEqual(await imagesOf({ ...workspace, folder }), images);
  });

  it('works in a linked worktree and shows its runs in the main one', async () => {
    const workspace = lab.makeWorkspace();
    const folder = join(workspace.sandbox.folder, 'linked tree');
    workspace.git('worktree', 'add', '--quiet', '-b', 'side', folder);
    const before = snapshotCheckout(folder);
    assertExit(await towline({ ...workspace, folder }, 'run', '--yes'), 0);
    assert.deepEqual(snapshotCheckout(folder), before);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.match((await towline(workspace, 'runs')).stdout, /^1 {2}passed .* side /);
  });

  it('tests and builds what lies in a submodule, and holds what is not committed there', async () => {
    const workspace = lab.makeWorkspace();
    const other = workspace.sandbox.makeRepository({ name: 'library', files: { 'code.txt': 'one\n' } });
    workspace.git(
      '-c',
      'protocol.file.allow=always',
      'submodule',
      '--quiet',
      'add',
      other,
      'services/api/library',
    );
    workspace.commit({ 'services/api/Dockerfile': 'FROM scratch\nCOPY library/code.txt /\n' });
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);

    workspace.write({ 'services/api/library/code.txt': 'two\n' });
    const changed = await towline(workspace, 'run', '--yes', '--json');
    assertExit(changed, 3);
    assert.deepEqual(stepsOf(changed), [
      'api test passed',
      'api build passed',
      'api push passed',
      'api propose held',
    ]);
    assert.match(outputOf(changed, 'api', 'push').tag, /dirty/);
  });

  it('sends what is in the context: links as links, and neither pipes nor sockets', async () => {
    const workspace = lab.makeWorkspace({
      files: {
        'services/api/Dockerfile': 'FROM scratch\nCOPY . /context/\n',
        '.gitignore': '*.pipe\n*.sock\n',
      },
    });
    const context = join(workspace.folder, 'services/api');
    symlinkSync('/etc/passwd', join(context, 'outside'));
    symlinkSync('missing', join(context, 'dangling'));
    workspace.commit({});
    execFileSync('mkfifo', [join(context, 'a.pipe')]);
    // Paths of sockets are short.
    const server = createServer();
    const cwd = process.cwd();
    process.chdir(context);
    await new Promise<void>((resolve) => {
      server.listen('a.sock', resolve);
    });
    process.chdir(cwd);
    try {
      const run = await towline(workspace, 'run', '--yes', '--json');
      assertExit(run, 0);
      const { imageId } = outputOf(run, 'api', 'build');
      const listed = filesOf(imageId);
      assert.ok(listed.includes('context/message.txt'));
      assert.ok(listed.includes('context/dangling -> missing'));
      assert.ok(listed.includes('context/outside -> /etc/passwd'));
      assert.ok(!listed.some((name) => /a\.(pipe|sock)/.test(name)), listed.join('\n'));
      assertExit(await towline(workspace, 'run', '--json'), 0);
    } finally {
      server.close();
    }
  });

  it('names a file of the context that cannot be read', async function () {
    if (process.getuid?.() === 0) skipTest(this, 'root reads every file');
    const workspace = lab.makeWorkspace();
    execFileSync('chmod', ['000', join(workspace.folder, 'services/api/message.txt')]);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.match(failureOfStep(run, 'api', 'build').why, /message\.txt/);
  });

  it('honours .dockerignore in the image and in the key', async () => {
    const workspace = lab.makeWorkspace({
      files: {
        'services/api/Dockerfile': 'FROM scratch\nCOPY . /context/\n',
        'services/api/.dockerignore': '# comment\n*.log\n!keep.log\ntest\n',
        'services/api/a.log': 'ignored\n',
        'services/api/keep.log': 'kept\n',
      },
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const listed = filesOf(outputOf(run, 'api', 'build').imageId);
    assert.ok(listed.includes('context/keep.log'));
    assert.ok(!listed.some((name) => name.includes('a.log') || name.includes('works.test.js')));

    workspace.commit({ 'services/api/a.log': 'changed\n' });
    const changed = await towline(workspace, 'run', '--json');
    assertExit(changed, 0);
    assert.deepEqual(stepsOf(changed).slice(0, 2), ['api test passed', 'api build reused']);
  });

  it('builds the repository as a whole without its .git, which changes while it is built', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'services/api/Dockerfile': 'FROM scratch\nCOPY . /context/\n' },
      api: { build: { context: '.' } },
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const listed = filesOf(outputOf(run, 'api', 'build').imageId);
    assert.ok(listed.includes('context/services/api/Dockerfile'));
    assert.ok(!listed.some((name) => name.startsWith('context/.git/')));
  });

  describe('with a file of 300 MiB', () => {
    /** Bytes of memory that the program may ever hold. */
    const memoryLimit = 300 * 1024 * 1024;

    async function makeLarge(files: Record<string, string>): Promise<CliWorkspace> {
      const workspace = lab.makeWorkspace({ files: { '.gitignore': 'large.bin\n', ...files } });
      const file = openSync(join(workspace.folder, 'services/api/large.bin'), 'w');
      ftruncateSync(file, 300 * 1024 * 1024);
      closeSync(file);
      return workspace;
    }

    async function peakOf(workspace: CliWorkspace): Promise<number> {
      const run = startTowline(workspace, 'run', '--no-propose');
      let peak = 0;
      const timer = setInterval(() => {
        peak = Math.max(peak, peakMemory(run.pid));
      }, 20);
      try {
        assertExit(await run.ended, 0);
      } finally {
        clearInterval(timer);
      }
      assert.ok(peak > 0);
      return peak;
    }

    it('sends it without holding it in memory', async () => {
      const peak = await peakOf(await makeLarge({}));
      assert.ok(peak < memoryLimit, `${Math.round(peak / 1024 / 1024)} MiB`);
    });

    it('does not even look at it when .dockerignore names it', async () => {
      const peak = await peakOf(await makeLarge({ 'services/api/.dockerignore': 'large.bin\n' }));
      assert.ok(peak < memoryLimit, `${Math.round(peak / 1024 / 1024)} MiB`);
    });
  });
});

/** The most memory a process has held so far, bytes; 0 when it is gone. */
function peakMemory(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Names in an image without a base, links with their targets. */
function filesOf(imageId: string): readonly string[] {
  const container = docker('create', imageId, 'nothing').trim();
  try {
    const archive = execFileSync('docker', ['export', container], { maxBuffer: 1 << 28 });
    return execFileSync('tar', ['--list', '--verbose'], { input: archive, encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split(/\s+/).slice(5).join(' '));
  } finally {
    docker('rm', container);
  }
}
