import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { startOwnEngine, whyNoOwnEngine } from '../support/cliEngine.ts';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import {
  assertExit,
  failureOfStep,
  holdOf,
  outputOf,
  resultOf,
  startTowline,
  stepsOf,
  towline,
  waitUntil,
} from '../support/cliProcess.ts';
import {
  type CliWorkspace,
  imagesOnEngine,
  proposalBranches,
  runningPrograms,
} from '../support/cliWorkspace.ts';
import { staticShell } from '../support/dockerBuilds.ts';
import { skipTest } from '../support/skipTest.ts';

describe('towline run, images that do not build', () => {
  const lab = useCliLab();

  const withDockerfile = (text: string | undefined, more: Record<string, string | Uint8Array> = {}) =>
    lab.makeWorkspace({ files: { 'services/api/Dockerfile': text, ...more } });

  async function assertNothingMade(workspace: CliWorkspace) {
    assert.deepEqual(imagesOnEngine(workspace), []);
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
    assert.deepEqual(proposalBranches(workspace), []);
  }

  it('holds a service without a Dockerfile and names the setting', async () => {
    const workspace = withDockerfile(undefined);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 3);
    const hold = holdOf(run, 'api', 'build');
    assert.equal(hold.code, 'dockerfile-missing');
    assert.match(hold.ways.join(), /`build: {dockerfile: …}` under services → api/);
    await assertNothingMade(workspace);
  });

  it('refuses a Dockerfile that towline.yaml names and that is not there, at its place', async () => {
    const workspace = lab.makeWorkspace({ api: { build: { dockerfile: 'services/api/Dockerfile.prod' } } });
    const run = await towline(workspace, 'run', '--yes');
    assert.ok(run.exitCode === 1 || run.exitCode === 2, run.stderr);
    assert.match(run.stderr, /services\/api\/Dockerfile\.prod/);
    await assertNothingMade(workspace);
  });

  it('names file and line of a Dockerfile that cannot be read', async () => {
    const workspace = withDockerfile('FROM scratch\n\nCOPPY message.txt /\n');
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    const failure = failureOfStep(run, 'api', 'build');
    assert.equal(failure.code, 'dockerfile-invalid');
    assert.equal(failure.at?.file, 'services/api/Dockerfile');
    assert.equal(failure.at?.line, 3);
    assert.match(failure.why, /COPPY/i);
    await assertNothingMade(workspace);
    assert.match((await towline(workspace, 'run', '--yes')).stderr, /services\/api\/Dockerfile:3:1/);
  });

  it('refuses an empty Dockerfile', async () => {
    const run = await towline(withDockerfile(''), 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.equal(failureOfStep(run, 'api', 'build').code, 'dockerfile-invalid');
  });

  it('names a file that COPY does not find', async () => {
    const workspace = withDockerfile('FROM scratch\nCOPY nothing.txt /\n');
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    const failure = failureOfStep(run, 'api', 'build');
    assert.equal(failure.code, 'build-failed');
    assert.match(failure.why, /nothing\.txt/);
  });

  it('shows the command of a failing RUN, its exit code and its output', async function () {
    if (staticShell === undefined) skipTest(this, 'there is no busybox for an image with a shell');
    const workspace = withDockerfile(
      'FROM scratch\nCOPY --chmod=755 busybox /bin/sh\nRUN echo words of the build; exit 7\n',
      { 'services/api/busybox': readFileSync(staticShell) },
    );
    const run = await towline(workspace, 'run', '--yes');
    assertExit(run, 1);
    assert.match(run.stderr, /exit 7/);
    assert.match(run.stderr, /words of the build/);
    await assertNothingMade(workspace);
    assert.match((await towline(workspace, 'logs')).stdout, /words of the build/);
  });

  it('names a base image that nobody has', async () => {
    const workspace = withDockerfile(`FROM ${lab.registry.host}/nobody/has-this:1\n`);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    const failure = failureOfStep(run, 'api', 'build');
    assert.equal(failure.code, 'base-image-missing');
    assert.match(failure.why, /nobody\/has-this:1/);
  });

  it('ends a build that takes longer than its limit, also on the engine', async function () {
    if (staticShell === undefined) skipTest(this, 'there is no busybox for an image with a shell');
    const seconds = `28${process.pid}`;
    const workspace = lab.makeWorkspace({
      files: {
        'services/api/busybox': readFileSync(staticShell),
        'services/api/Dockerfile': sleepingDockerfile(seconds),
      },
      api: { build: { timeout: '2s' } },
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.equal(failureOfStep(run, 'api', 'build').code, 'timed-out');
    await waitUntil('the engine has ended the build', () => runningPrograms(`sleep ${seconds}`).length === 0);
    await assertNothingMade(workspace);
  });

  it('builds a service on the image of another and brings that back when it was removed', async () => {
    const workspace = lab.makeWorkspace();
    const registry = workspace.registry;
    workspace.commit({
      'services/base/Dockerfile': 'FROM scratch\nCOPY base.txt /\n',
      'services/base/base.txt': 'base\n',
      'services/api/Dockerfile': `FROM ${registry}/base\nCOPY message.txt /\n`,
      'towline.yaml': workspace.configuration({
        services: {
          base: { path: 'services/base', image: 'base', tests: 'none' },
          api: { path: 'services/api', image: 'api', tests: 'none', dependsOn: ['base'] },
        },
        environments: { dev: { path: 'deploy/dev', services: ['api'] } },
      }),
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.equal(resultOf(run, 'api', 'build').outcome, 'passed');
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    workspace.commit({ 'services/base/base.txt': 'changed\n' });
    const again = await towline(workspace, 'run', 'api', '--json');
    assertExit(again, 0);
    assert.notEqual(outputOf(again, 'api', 'build').imageId, outputOf(run, 'api', 'build').imageId);
  });

  it('says where it looked for an engine when none answers', async () => {
    const workspace = lab.makeWorkspace();
    const socket = join(workspace.sandbox.folder, 'no.sock');
    const place = {
      ...workspace,
      environment: { ...workspace.environment, DOCKER_HOST: `unix://${socket}` },
    };
    const run = await towline(place, 'run', '--yes', '--json');
    assertExit(run, 1);
    assert.deepEqual(stepsOf(run), ['api test passed', 'api build failed']);
    const failure = failureOfStep(run, 'api', 'build');
    assert.equal(failure.code, 'engine-unreachable');
    assert.match(failure.why, /no\.sock.*DOCKER_HOST/);
    const doctor = await towline(place, 'doctor');
    assertExit(doctor, 1);
    assert.match(doctor.stdout, /✗ engine .*no\.sock/);

    // With the engine back, the resumed run does not test again.
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');
    assertExit(resumed, 0);
    assert.equal(stepsOf(resumed)[0], 'api test reused');
    // It passed: without a number nothing is left to go on from.
    const again = await towline(workspace, 'run', '--resume', '--yes');
    assertExit(again, 2);
    assert.match(again.stderr, /There is nothing to resume.*\n +The newest run, 2, passed\./);
  });

  it('does not wait for ever for something at the engine’s address that says nothing', async () => {
    const workspace = lab.makeWorkspace();
    const server = createServer((socket) => socket.end('I am no engine\r\n'));
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    try {
      const environment = { ...workspace.environment, DOCKER_HOST: `tcp://127.0.0.1:${port}` };
      const run = await towline({ ...workspace, environment }, 'run', '--yes', '--json');
      assertExit(run, 1);
      assert.equal(failureOfStep(run, 'api', 'build').code, 'engine-unreachable');
    } finally {
      server.close();
    }
  });

  it('says so when the engine goes away in mid-build, and resumes on another', async function () {
    const obstacle =
      staticShell === undefined ? 'there is no busybox for an image with a shell' : await whyNoOwnEngine();
    if (obstacle !== undefined || staticShell === undefined) skipTest(this, obstacle ?? '');
    const seconds = `27${process.pid}`;
    const workspace = withDockerfile(sleepingDockerfile(seconds), {
      'services/api/busybox': readFileSync(staticShell),
    });
    await using engine = await startOwnEngine();
    const place = { ...workspace, environment: { ...workspace.environment, DOCKER_HOST: engine.host } };
    const run = startTowline(place, 'run', '--yes', '--json');
    await waitUntil('the build sleeps', () => runningPrograms(`sleep ${seconds}`).length > 0);

    await engine.stop();

    const ended = await run.ended;
    assertExit(ended, 1);
    assert.equal(failureOfStep(ended, 'api', 'build').code, 'engine-stopped');
    workspace.commit({ 'services/api/Dockerfile': 'FROM scratch\nCOPY message.txt /\n' });
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');
    assertExit(resumed, 0);
  });
});

function sleepingDockerfile(seconds: string): string {
  return `FROM scratch\nCOPY --chmod=755 busybox /bin/sh\nCOPY --chmod=755 busybox /bin/sleep\nRUN sleep ${seconds}\n`;
}
