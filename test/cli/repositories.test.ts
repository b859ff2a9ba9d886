import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Service } from '../../src/domain/workspace/service.ts';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, outputOf, stepsOf, towline } from '../support/cliProcess.ts';
import {
  type CliWorkspace,
  deploymentOf,
  diffLines,
  imageLines,
  kustomizationOf,
  proposalBranches,
  serviceFiles,
} from '../support/cliWorkspace.ts';
import { snapshotCheckout } from '../support/gitFixture.ts';

describe('towline run, where manifests and services live', () => {
  const lab = useCliLab();

  const twoServices = {
    api: { path: 'services/api', image: 'api', tests: ['node', '--test'] },
    web: { path: 'services/web', image: 'web', tests: ['node', '--test'] },
  };

  /** A second repository that holds the manifests alone; gives its checkout and its bare remote. */
  function makeDeployments(workspace: CliWorkspace) {
    const bare = workspace.sandbox.makeBareRemote('deployments é.git');
    const folder = workspace.sandbox.makeRepository({
      name: 'deployments',
      remote: bare,
      files: {
        'overlays/dev/kustomization.yaml': kustomizationOf({ api: workspace.image }),
        'overlays/dev/deployment.yaml': deploymentOf('api', 'api'),
      },
    });
    return { bare, folder, git: (...args: readonly string[]) => workspace.sandbox.git(bare, ...args) };
  }

  it('makes a local branch where there is no remote', async () => {
    const workspace = lab.makeWorkspace({ remote: false });
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--json');
    assertExit(run, 0);
    const push = outputOf(run, 'api', 'push');
    assert.deepEqual(
      diffLines(workspace.git, 'towline/dev/api'),
      imageLines('deploy/dev/kustomization.yaml', push),
    );
    const after = snapshotCheckout(workspace.folder);
    assert.deepEqual(
      { ...after, refs: after.refs.filter((ref) => !ref.startsWith('refs/heads/towline/')) },
      before,
    );
    const again = await towline(workspace, 'run', '--json');
    assert.equal(stepsOf(again).at(-1), 'api propose reused');
    workspace.commit({ 'services/api/message.txt': 'two\n' });
    const newer = await towline(workspace, 'run', '--json');
    assertExit(newer, 0);
    assert.equal(workspace.git('rev-parse', 'towline/dev/api^'), workspace.git('rev-parse', 'main'));
  });

  it('proposes to a separate repository that is a folder beside this one', async () => {
    const workspace = lab.makeWorkspace();
    const deployments = makeDeployments(workspace);
    workspace.commit({
      'towline.yaml': workspace.configuration({
        environments: { dev: { repository: '../deployments', path: 'overlays/dev' } },
      }),
    });
    const before = snapshotCheckout(deployments.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.deepEqual(
      diffLines(deployments.git, 'towline/dev/api'),
      imageLines('overlays/dev/kustomization.yaml', outputOf(run, 'api', 'push')),
    );
    assert.deepEqual(proposalBranches(workspace), []);
    assert.deepEqual(snapshotCheckout(deployments.folder), before);
  });

  it('proposes to a separate repository by URL, without a checkout of it', async () => {
    const workspace = lab.makeWorkspace();
    const deployments = makeDeployments(workspace);
    workspace.commit({
      'towline.yaml': workspace.configuration({
        environments: { dev: { repository: pathToFileURL(deployments.bare).href, path: 'overlays/dev' } },
      }),
    });
    const before = snapshotCheckout(workspace.folder);
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.deepEqual(
      diffLines(deployments.git, 'towline/dev/api'),
      imageLines('overlays/dev/kustomization.yaml', outputOf(run, 'api', 'push')),
    );
    assert.deepEqual(proposalBranches(workspace), []);
    assert.deepEqual(snapshotCheckout(workspace.folder), before);
    const again = await towline(workspace, 'run', '--json');
    assert.equal(stepsOf(again).at(-1), 'api propose reused');
  });

  it('pins the image of raw manifests in its line', async () => {
    const workspace = lab.makeWorkspace();
    workspace.commit({
      'deploy/raw/api.yaml': `# first\r\n${deploymentOf('api', `"${workspace.image}:0" # pinned`).replaceAll('\n', '\r\n')}`,
      'towline.yaml': workspace.configuration({ environments: { raw: { path: 'deploy/raw' } } }),
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    const { tag, digest } = outputOf(run, 'api', 'push');
    assert.deepEqual(diffLines(workspace.remoteGit, 'towline/raw/api'), [
      `deploy/raw/api.yaml: -          image: "${workspace.image}:0" # pinned\r`,
      `deploy/raw/api.yaml: +          image: "${workspace.image}:${tag}@${digest}" # pinned\r`,
    ]);
  });

  it('proposes all services of a grouped environment in one commit on one branch', async () => {
    const workspace = lab.makeWorkspace({ files: serviceFiles('services/web') });
    workspace.commit({
      'deploy/dev/web.yaml': deploymentOf('web', `${workspace.registry}/web:0`),
      'deploy/dev/kustomization.yaml': kustomizationOf({ api: workspace.image }).replace(
        'resources:\n',
        'resources:\n  - web.yaml\n',
      ),
      'towline.yaml': workspace.configuration({
        services: twoServices,
        environments: { dev: { path: 'deploy/dev', group: true } },
      }),
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 0);
    assert.deepEqual(proposalBranches(workspace), ['towline/dev/all']);
    assert.equal(workspace.remoteGit('rev-list', '--count', 'main..towline/dev/all'), '1');
    const text = diffLines(workspace.remoteGit, 'towline/dev/all').join('\n');
    for (const service of ['api', 'web']) assert.ok(text.includes(outputOf(run, service, 'push').digest));
    const again = await towline(workspace, 'run', '--json');
    assertExit(again, 0);
    assert.ok(stepsOf(again).every((step) => step.endsWith('reused')));
  });

  it('works from a folder of a monorepo with a towline.yaml of its own', async () => {
    const workspace = lab.makeWorkspace();
    const prefix = 'teams/größe und mehr';
    const moved = Object.fromEntries(
      Object.entries({
        ...serviceFiles('services/api'),
        'deploy/dev/kustomization.yaml': kustomizationOf({ api: workspace.image }),
        'deploy/dev/deployment.yaml': deploymentOf('api', 'api'),
        'towline.yaml': workspace.configuration({}),
      }).map(([path, content]) => [`${prefix}/${path}`, content]),
    );
    workspace.commit(moved);
    const folder = join(workspace.folder, prefix, 'services');
    const before = snapshotCheckout(workspace.folder);
    const run = await towline({ ...workspace, folder }, 'run', '--yes', '--json');
    assertExit(run, 0);
    const push = outputOf(run, 'api', 'push');
    assert.deepEqual(
      workspace
        .remoteGit('-c', 'core.quotePath=false', 'diff', '--name-only', 'main...towline/dev/api')
        .split('\n'),
      [`${prefix}/deploy/dev/kustomization.yaml`],
    );
    assert.match(workspace.remoteGit('diff', 'main...towline/dev/api'), new RegExp(push.digest));
    assert.deepEqual(snapshotCheckout(workspace.folder), before);

    // Work outside the folder is no uncommitted work of this one.
    workspace.write({ 'services/api/message.txt': 'another team\n' });
    const again = await towline({ ...workspace, folder }, 'run', '--json');
    assertExit(again, 0);
    assert.ok(stepsOf(again).every((step) => step.endsWith('reused')));
  });

  it('takes folders with spaces and letters of any script', async () => {
    const workspace = lab.makeWorkspace({ files: serviceFiles('Dienste/größe ñ') });
    workspace.commit({
      'Umgebungen/für alle/kustomization.yaml': kustomizationOf({ api: workspace.image }),
      'Umgebungen/für alle/deployment.yaml': deploymentOf('api', 'api'),
      'towline.yaml': workspace.configuration({
        services: { groesse: { path: 'Dienste/größe ñ', image: 'api', tests: ['node', '--test'] } },
        environments: { alle: { path: 'Umgebungen/für alle' } },
      }),
    });
    const run = await towline(workspace, 'run', 'groesse', '--env', 'alle', '--yes', '--json');
    assertExit(run, 0);
    const { branch } = outputOf(run, 'groesse', 'propose');
    assert.deepEqual(
      workspace.remoteGit('-c', 'core.quotePath=false', 'diff', '--name-only', `main...${branch}`),
      'Umgebungen/für alle/kustomization.yaml',
    );
    assert.match((await towline(workspace, 'status')).stdout, /größe ñ/);
    assert.match((await towline(workspace, 'logs')).stdout, /groesse test passed/);
  });

  it('finds services, tests and environments of a repository without towline.yaml', async () => {
    const workspace = lab.makeWorkspace({
      files: {
        'towline.yaml': undefined,
        'services/api/Dockerfile': undefined,
        'services/api/package.json': undefined,
        'services/api/test/works.test.js': undefined,
        ...serviceFiles('backend/shop-api'),
        'k8s/overlays/test/kustomization.yaml': 'resources: [../../base]\n',
        'k8s/base/kustomization.yaml': 'resources: [deployment.yaml]\n',
        'k8s/base/deployment.yaml': deploymentOf('shop', 'shop-api:1'),
        'deploy/dev/kustomization.yaml': undefined,
        'deploy/dev/deployment.yaml': undefined,
      },
    });
    const status = await towline(workspace, 'status');
    assertExit(status, 0);
    assert.match(status.stdout, /shop-api/);
    const doctor = await towline(workspace, 'doctor');
    assert.match(doctor.stdout, /1 services: shop-api/);
    const unconfigured = await towline(workspace, 'status', '--json');
    const found = JSON.parse(unconfigured.stdout).workspace;

    const init = await towline(workspace, 'init');
    assertExit(init, 0);
    const written = readFileSync(join(workspace.folder, 'towline.yaml'), 'utf8');
    const configured = JSON.parse((await towline(workspace, 'status', '--json')).stdout).workspace;
    assert.deepEqual(configured.problems, []);
    assert.equal(configured.configured, true);
    assert.deepEqual(configured.services.map(namesOf), found.services.map(namesOf));
    assert.deepEqual(
      configured.environments.map(({ name, path }: { name: string; path: string }) => [name, path]),
      found.environments.map(({ name, path }: { name: string; path: string }) => [name, path]),
    );
    const second = await towline(workspace, 'init');
    assertExit(second, 2);
    assert.equal(readFileSync(join(workspace.folder, 'towline.yaml'), 'utf8'), written);
    assert.ok((await towline(workspace, 'init', '--print')).stdout.includes('services:'));

    // The same work, now to the test's own registry.
    workspace.commit({
      'towline.yaml': written.replace(/^# registry:.*$/m, `registry: ${workspace.registry}`),
    });
    const run = await towline(workspace, 'run', '--no-propose', '--json');
    assertExit(run, 0);
    assert.deepEqual(stepsOf(run), ['shop-api test passed', 'shop-api build passed', 'shop-api push passed']);
    assert.ok(!existsSync(join(workspace.folder, 'services/api/Dockerfile')));
  });

  it('says what to do in a repository without anything to build', async () => {
    const workspace = lab.makeWorkspace({
      files: {
        'towline.yaml': undefined,
        'services/api/Dockerfile': undefined,
        'services/api/package.json': undefined,
      },
    });
    const run = await towline(workspace, 'run');
    assertExit(run, 2);
    assert.match(run.stderr, /No services were found/);
    assertExit(await towline(workspace, 'status'), 0);
    assert.match((await towline(workspace, 'runs')).stdout, /No runs yet/);
  });
});

function namesOf({ name, folder, image, tests }: Service): unknown {
  return [name, folder, image, tests.kind === 'command' && tests.command];
}
