import assert from 'node:assert/strict';
import { tagsIn, useCliLab } from '../support/cliLab.ts';
import { assertExit, failureOfCommand, outputOf, resultOf, stepsOf, towline } from '../support/cliProcess.ts';
import {
  type CliWorkspace,
  deploymentOf,
  failingTest,
  kustomizationOf,
  passingTest,
  proposalBranches,
  serviceFiles,
} from '../support/cliWorkspace.ts';

describe('towline run, what is asked for', () => {
  const lab = useCliLab();

  function makeTwoEnvironments(): CliWorkspace {
    const workspace = lab.makeWorkspace();
    workspace.commit({
      'deploy/prod/deployment.yaml': deploymentOf('api', 'api'),
      'deploy/prod/kustomization.yaml': kustomizationOf({ api: workspace.image }),
      'towline.yaml': workspace.configuration({
        environments: { dev: { path: 'deploy/dev' }, prod: { path: 'deploy/prod' } },
      }),
    });
    return workspace;
  }

  it('asks which environment is meant where there are several and nobody can answer', async () => {
    const workspace = makeTwoEnvironments();
    const run = await towline(workspace, 'run', '--yes');
    assertExit(run, 2);
    assert.match(run.stderr, /dev, prod/);
    assert.match(run.stderr, /--env/);
    assert.equal((await towline(workspace, 'runs')).stdout.trim().split('\n').length, 1, 'a run was made');
    assert.deepEqual(await tagsIn(lab.registry, workspace.image), []);
  });

  it('proposes to the environment that --env names and to no other', async () => {
    const workspace = makeTwoEnvironments();
    assertExit(await towline(workspace, 'run', '--env', 'prod', '--yes'), 0);
    assert.deepEqual(proposalBranches(workspace), ['towline/prod/api']);
    const dev = await towline(workspace, 'run', '--env', 'dev', '--yes', '--json');
    assertExit(dev, 0);
    assert.deepEqual(stepsOf(dev), [
      'api test reused',
      'api build reused',
      'api push reused',
      'api propose passed',
    ]);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api', 'towline/prod/api']);
  });

  it('refuses names it does not know, and lists those it knows', async () => {
    const workspace = makeTwoEnvironments();
    const environment = await towline(workspace, 'run', '--env', 'staging', '--json');
    assertExit(environment, 2);
    assert.equal(failureOfCommand(environment).code, 'environment-unknown');
    assert.match(failureOfCommand(environment).why, /dev, prod/);
    const service = await towline(workspace, 'run', 'web', '--env', 'dev', '--json');
    assertExit(service, 2);
    assert.equal(failureOfCommand(service).code, 'service-unknown');
    assert.match(failureOfCommand(service).why, /web.*api/);
    assertExit(await towline(workspace, 'run', '--no-such-option'), 2);
    assertExit(await towline(workspace, 'no-such-command'), 2);
    assertExit(await towline(workspace, 'logs', '99'), 2);
    assertExit(await towline(workspace, 'run', '--resume', '99'), 2);
    assertExit(await towline(workspace, 'cancel', 'nonsense'), 2);
  });

  it('says so in a folder without a repository', async () => {
    const workspace = lab.makeWorkspace();
    const run = await towline({ ...workspace, folder: workspace.sandbox.folder }, 'run', '--json');
    assertExit(run, 2);
    assert.equal(failureOfCommand(run).code, 'not-a-repository');
  });

  it('stops after the push with --no-propose', async () => {
    const workspace = lab.makeWorkspace();
    const run = await towline(workspace, 'run', '--no-propose', '--json');
    assertExit(run, 0);
    assert.deepEqual(stepsOf(run), ['api test passed', 'api build passed', 'api push passed']);
    assert.equal((await tagsIn(lab.registry, workspace.image)).length, 1);
    assert.deepEqual(proposalBranches(workspace), []);
  });

  it('does everything again with --anyway, and comes to the same image and branch', async () => {
    const workspace = lab.makeWorkspace();
    const first = await towline(workspace, 'run', '--yes', '--json');
    const tip = workspace.remoteGit('rev-parse', 'towline/dev/api');
    const again = await towline(workspace, 'run', '--anyway', '--json');
    assertExit(again, 0);
    assert.deepEqual(stepsOf(again), [
      'api test passed',
      'api build passed',
      'api push passed',
      'api propose passed',
    ]);
    assert.equal(outputOf(again, 'api', 'push').digest, outputOf(first, 'api', 'push').digest);
    assert.equal(outputOf(again, 'api', 'propose').change, 'same');
    assert.equal(workspace.remoteGit('rev-parse', 'towline/dev/api'), tip);
  });

  it('runs only the named service, and goes on with the others when one fails', async () => {
    const workspace = lab.makeWorkspace({ files: serviceFiles('services/web') });
    const config = {
      services: {
        api: { path: 'services/api', image: 'api', tests: ['node', '--test'] },
        web: { path: 'services/web', image: 'web', tests: ['node', '--test'] },
      },
    };
    workspace.commit({
      'towline.yaml': workspace.configuration(config),
      'services/web/test/works.test.js': failingTest,
      'deploy/dev/web.yaml': deploymentOf('web', 'web'),
      'deploy/dev/kustomization.yaml': kustomizationOf({
        api: workspace.image,
        web: `${workspace.registry}/web`,
      }).replace('resources:\n', 'resources:\n  - web.yaml\n'),
    });
    const both = await towline(workspace, 'run', '--yes', '--json');
    assertExit(both, 1);
    assert.equal(resultOf(both, 'web', 'test').outcome, 'failed');
    assert.equal(resultOf(both, 'api', 'propose').outcome, 'passed');
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);

    workspace.commit({ 'services/web/test/works.test.js': passingTest });
    const one = await towline(workspace, 'run', 'web', '--yes', '--json');
    assertExit(one, 0);
    assert.deepEqual(
      [...new Set(one.events.flatMap((event) => ('service' in event ? event.service : [])))],
      ['web'],
    );
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api', 'towline/dev/web']);
  });

  it('goes on from a failed run without repeating what was good', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'services/api/Dockerfile': 'FROM scratch\nCOPY missing.txt /\n' },
    });
    const failed = await towline(workspace, 'run', '--yes', '--json');
    assertExit(failed, 1);
    assert.deepEqual(stepsOf(failed), ['api test passed', 'api build failed']);

    workspace.commit({ 'services/other.txt': 'x', 'services/api/missing.txt': 'here\n' });
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');

    assertExit(resumed, 0);
    const [start] = resumed.events;
    assert.ok(start?.type === 'run-started' && start.resumes === 1 && start.run === 2);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/api']);
    const third = await towline(workspace, 'run', '--resume', '2', '--json');
    assert.deepEqual(stepsOf(third), [
      'api test reused',
      'api build reused',
      'api push reused',
      'api propose reused',
    ]);
  });

  it('reuses the steps before the one that failed when nothing in them has changed', async () => {
    const workspace = lab.makeWorkspace();
    workspace.git('remote', 'set-url', 'origin', `${workspace.remote}-gone`);
    const failed = await towline(workspace, 'run', '--yes', '--json');
    assertExit(failed, 1);
    workspace.git('remote', 'set-url', 'origin', workspace.remote);
    const resumed = await towline(workspace, 'run', '--resume', '--yes', '--json');
    assertExit(resumed, 0);
    assert.deepEqual(stepsOf(resumed), [
      'api test reused',
      'api build reused',
      'api push reused',
      'api propose passed',
    ]);
  });
});
