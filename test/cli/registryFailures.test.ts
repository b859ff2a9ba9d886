import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Failure } from '../../src/domain/errors/towlineError.ts';
import { registryCredential, startRegistry } from '../lab/registry.ts';
import { digestIn, freePort, localRegistryOf, tagsIn, useCliLab } from '../support/cliLab.ts';
import {
  assertExit,
  type CliResult,
  failureOfStep,
  isGone,
  outputOf,
  resultOf,
  startTowline,
  stepsOf,
  towline,
  waitUntil,
} from '../support/cliProcess.ts';
import { type CliWorkspace, docker, imagesOnEngine, proposalBranches } from '../support/cliWorkspace.ts';
import { skipTest } from '../support/skipTest.ts';

describe('towline run, registries that do not take the image', () => {
  const lab = useCliLab();

  /** Fails at the push with everything before it kept, and proposes nothing. */
  async function failAtPush(workspace: CliWorkspace): Promise<Failure> {
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.deepEqual(stepsOf(run), ['api test passed', 'api build passed', 'api push failed']);
    assert.deepEqual(proposalBranches(workspace), []);
    return failureOfStep(run, 'api', 'push');
  }

  async function resume(workspace: CliWorkspace): Promise<void> {
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');
    assertExit(resumed, 0);
    assert.deepEqual(stepsOf(resumed), [
      'api test reused',
      'api build reused',
      'api push passed',
      'api propose passed',
    ]);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
  }

  it('names the host of a registry that does not answer', async () => {
    const workspace = lab.makeWorkspace({}, 'registry.invalid:5000');
    const failure = await failAtPush(workspace);
    assert.equal(failure.code, 'registry-unreachable');
    assert.match(failure.why, /registry\.invalid:5000/);
    const doctor = await towline(workspace, 'doctor');
    assertExit(doctor, 1);
    assert.match(doctor.stdout, /✗ registry .*registry\.invalid/);
  });

  it('starts its own registry on a loopback port where nothing answers, and says so', async () => {
    const port = await freePort();
    const workspace = lab.makeWorkspace({}, `localhost:${port}`);
    const run = await towline(workspace, 'run', '--yes');
    assertExit(run, 0);
    assert.match(run.stderr, new RegExp(`Nothing answers on localhost:${port}: starting Towline's own`));
    const status = await towline(workspace, 'registry', 'status');
    assert.match(status.stdout, new RegExp(`runs on localhost:${port}`));
    const record = localRegistryOf(workspace);
    assert.ok(record && !isGone(record.pid));

    const again = await towline(workspace, 'run', '--json');
    assertExit(again, 0);
    assert.ok(stepsOf(again).every((step) => step.endsWith('reused')));

    const stopped = await towline(workspace, 'registry', 'stop');
    assertExit(stopped, 0);
    assert.ok(isGone(record.pid));
    assert.match((await towline(workspace, 'registry', 'status')).stdout, /stopped/);

    // Its images are kept, so that there is nothing to do again.
    const restarted = await towline(workspace, 'run', '--json');
    assertExit(restarted, 0);
    assert.ok(stepsOf(restarted).every((step) => step.endsWith('reused')));
    const second = localRegistryOf(workspace);
    assertExit(await towline(workspace, 'registry', 'remove'), 0);
    assert.ok(second && isGone(second.pid));
    assert.equal(localRegistryOf(workspace), undefined);
    assert.match((await towline(workspace, 'registry', 'status')).stdout, /not there/);

    // Both the registry and the engine have lost the image now.
    docker('image', 'rm', '--force', ...imagesOnEngine(workspace));
    const rebuilt = await towline(workspace, 'run', '--json');
    assertExit(rebuilt, 0);
    assert.deepEqual(stepsOf(rebuilt).slice(0, 3), [
      'api test reused',
      'api build passed',
      'api push passed',
    ]);
    assertExit(await towline(workspace, 'registry', 'remove'), 0);
  });

  it('says that it cannot start its own registry where there is no program for it', async () => {
    const workspace = lab.makeWorkspace({}, `localhost:${await freePort()}`);
    const programs = join(workspace.sandbox.folder, 'programs');
    mkdirSync(programs);
    for (const name of ['git', 'node', 'sh']) {
      const found = execFileSync('which', [name], { env: workspace.environment, encoding: 'utf8' }).trim();
      execFileSync('ln', ['-s', found, join(programs, name)]);
    }
    const environment = { ...workspace.environment, PATH: programs };
    const failure = await failAtPush({ ...workspace, environment });
    assert.equal(failure.code, 'registry-not-started');
    assert.match(failure.why, /docker-registry/);
  });

  it('says so when something else listens on the port', async () => {
    const { server, port } = await listen();
    try {
      const failure = await failAtPush(lab.makeWorkspace({}, `localhost:${port}`));
      assert.equal(failure.code, 'registry-not-started');
      assert.match(failure.why, /address already in use/);
    } finally {
      server.close();
    }
  });

  it('tells which registry refuses, and pushes with what `docker login` keeps', async () => {
    await using registry = await startRegistry({ auth: true });
    const workspace = lab.makeWorkspace({}, registry.host);
    const anonymous = await failAtPush(workspace);
    assert.equal(anonymous.code, 'registry-denied');
    assert.ok(`${anonymous.why} ${anonymous.next}`.includes(registry.host));

    const login = (password: string) => {
      const auth = Buffer.from(`${registryCredential.username}:${password}`).toString('base64');
      const file = join(workspace.environment.DOCKER_CONFIG ?? '', 'config.json');
      writeFileSync(file, JSON.stringify({ auths: { [registry.host]: { auth } } }));
    };
    login('wrong-password-of-mine');
    const wrong = await towline(workspace, 'run', '--yes', '--json');
    assertExit(wrong, 1);
    assert.equal(failureOfStep(wrong, 'api', 'push').code, 'registry-denied');
    assert.ok(!wrong.stdout.includes('wrong-password-of-mine'), 'the password is shown');
    assertExit(await towline(workspace, 'doctor'), 1);

    login(registryCredential.password);
    await resume(workspace);
    assertExit(await towline(workspace, 'doctor'), 0);
    const kept = join(workspace.folder, '.git/towline');
    for (const name of readdirSync(kept, { recursive: true, encoding: 'utf8' })) {
      if (!statSync(join(kept, name)).isFile()) continue;
      assert.doesNotMatch(readFileSync(join(kept, name), 'utf8'), /wrong-password|harbour/, name);
    }
  });

  it('shows the words of a registry that is read-only, and goes on when it is not', async () => {
    const storage = lab.makeWorkspace().sandbox.folder;
    const registry = await startRegistry({ readOnly: true, storage });
    const place = lab.makeWorkspace({}, registry.host);
    try {
      const failure = await failAtPush(place);
      assert.match(failure.code, /^registry-(failed|denied)$/);
      assert.ok(failure.why.includes(registry.host), failure.why);
    } finally {
      await registry.stop();
    }
    await using writable = await startRegistry({ port: registry.port, storage });
    await resume(place);
    assert.equal((await tagsIn(writable, place.image)).length, 1);
  });

  it('goes on when a registry with a full disk gets room while the engine tries again', async function () {
    if (process.getuid?.() !== 0) skipTest(this, 'a small file system needs root');
    const storage = mkdtempSync(join(tmpdir(), 'towline-small-disk-'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200k', 'tmpfs', storage], { stdio: 'pipe' });
    } catch {
      rmdirSync(storage);
      skipTest(this, 'a tmpfs cannot be mounted here');
    }
    try {
      await using registry = await startRegistry({ storage });
      const workspace = lab.makeWorkspace(
        {
          files: {
            'services/api/Dockerfile': 'FROM scratch\nCOPY large.bin /\n',
            'services/api/large.bin': noise(),
          },
        },
        registry.host,
      );
      const run = startTowline(workspace, 'run', '--yes', '--json');
      await waitUntil('the disk is full', async () => (await registry.readLog()).includes('no space left'));
      execFileSync('mount', ['-o', 'remount,size=64m', storage]);
      const ended = await run.ended;
      assertExit(ended, 0);
      const { tag, digest } = outputOf(ended, 'api', 'push');
      assert.equal(await digestIn(registry, workspace.image, tag), digest);
    } finally {
      execFileSync('umount', ['--lazy', storage]);
      rmdirSync(storage);
    }
  });

  it('pushes again what the registry has lost', async () => {
    let port: number;
    let workspace: CliWorkspace;
    let first: CliResult;
    {
      await using registry = await startRegistry();
      port = registry.port;
      workspace = lab.makeWorkspace({}, registry.host);
      first = await towline(workspace, 'run', '--yes', '--json');
      assertExit(first, 0);
    }
    await using empty = await startRegistry({ port });
    const again = await towline(workspace, 'run', '--json');
    assertExit(again, 0);
    const { tag, digest } = outputOf(again, 'api', 'push');
    assert.equal(resultOf(again, 'api', 'push').outcome, 'passed');
    assert.equal(digest, outputOf(first, 'api', 'push').digest);
    assert.equal(await digestIn(empty, workspace.image, tag), digest);
  });
});

async function listen(): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.end('220 I am a mail server\r\n'));
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0 };
}

/** 2 MB that cannot be compressed. */
function noise(): Uint8Array {
  return readFileSync('/proc/self/exe').subarray(0, 2_000_000);
}
