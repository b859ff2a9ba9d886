import assert from 'node:assert/strict';
import { useCliLab } from '../support/cliLab.ts';
import { assertExit, failureOfCommand, holdOf, resultOf, towline } from '../support/cliProcess.ts';
import { type CliWorkspace, proposalBranches } from '../support/cliWorkspace.ts';

describe('towline.yaml and manifests with something wrong in them', () => {
  const lab = useCliLab();

  async function assertRefused(workspace: CliWorkspace, text: string, expected: readonly RegExp[]) {
    workspace.write({ 'towline.yaml': text });
    const run = await towline(workspace, 'run', '--yes');
    assertExit(run, 2);
    for (const pattern of expected) assert.match(run.stderr, pattern);
    assert.ok(!/\n\s+at .*\.js:\d+/.test(run.stderr), `a stack is shown:\n${run.stderr}`);
    assert.match((await towline(workspace, 'runs')).stdout, /No runs yet/);
    // Looking is still possible.
    assertExit(await towline(workspace, 'status'), 2);
    assert.match((await towline(workspace, 'init', '--print')).stdout, /services:/);
  }

  it('says where broken YAML breaks', async () => {
    await assertRefused(
      lab.makeWorkspace(),
      'services:\n  api:\n    tests: [node, --test\nenvironments: {}\n',
      [/towline\.yaml:\d+:\d+: /],
    );
  });

  it('says everything that is wrong at once, with places and the nearest known names', async () => {
    const workspace = lab.makeWorkspace();
    const text = [
      'registri: example.org/shop',
      'services:',
      '  api:',
      '    pth: services/api',
      '    tests:',
      '      comand: [node]',
      '      timeout: soon',
      'environments:',
      '  dev:',
      '    path: ../outside',
      '    allowDirty: perhaps',
      '',
    ].join('\n');
    await assertRefused(workspace, text, [
      /towline\.yaml:1:1: .*registri.*registry/,
      /towline\.yaml:4:5: .*pth.*path/,
      /towline\.yaml:6:7: .*comand.*command/,
      /towline\.yaml:7:\d+: .*timeout/,
      /towline\.yaml:10:\d+: .*path/,
      /towline\.yaml:11:\d+: .*allowDirty/,
    ]);
    const json = await towline(workspace, 'run', '--json');
    assert.ok((failureOfCommand(json).problems?.length ?? 0) >= 6);
  });

  it('does not say that there is nothing where it cannot be read', async () => {
    const files = { 'deploy/dev/kustomization.yaml': undefined, 'deploy/dev/deployment.yaml': undefined };
    const workspace = lab.makeWorkspace({ files });
    workspace.write({ 'towline.yaml': 'environments: {dev: {path: ../outside}}\n' });
    const broken = await towline(workspace, 'status');
    assertExit(broken, 2);
    assert.match(broken.stdout, /^environments\n {2}not known until the errors below are mended$/m);
    workspace.write({ 'towline.yaml': '' });
    assert.match((await towline(workspace, 'status')).stdout, /^environments\n {2}none found$/m);
  });

  it('takes an empty file as none', async () => {
    const workspace = lab.makeWorkspace({ files: { 'towline.yaml': '' } });
    assertExit(await towline(workspace, 'status'), 0);
  });

  it('refuses towline.yaml that is a list, a text, or not text at all', async () => {
    const workspace = lab.makeWorkspace();
    await assertRefused(workspace, '- services\n', [/towline\.yaml:1:1/]);
    await assertRefused(workspace, 'hello\n', [/towline\.yaml:1:1/]);
    await assertRefused(workspace, '\u0000\u0001\u0002services: {}\n', [/towline\.yaml:\d+:\d+/]);
  });

  it('survives towline.yaml that is nested very deeply or expands without end', async () => {
    const workspace = lab.makeWorkspace();
    await assertRefused(workspace, `services: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`, [
      /towline\.yaml/,
    ]);
    await assertRefused(workspace, `${'- '.repeat(20_000)}x\n`, [/towline\.yaml/]);
    await assertRefused(workspace, bomb('services'), [/towline\.yaml/]);
  });

  it('refuses services and environments that are not there', async () => {
    await assertRefused(
      lab.makeWorkspace(),
      'services:\n  api: {path: services/apy}\n  web: {path: services/api, dependsOn: [nobody]}\nenvironments:\n  dev: {path: deploy/dve}\n',
      [
        /towline\.yaml:2:\d+: .*services\/apy/,
        /towline\.yaml:3:\d+: .*nobody/,
        /towline\.yaml:5:\d+: .*deploy\/dve/,
      ],
    );
  });

  for (const [what, text] of [
    ['nested very deeply', `a: ${'{b: '.repeat(20_000)}1${'}'.repeat(20_000)}\n`],
    ['expanding without end', bomb('images')],
    ['broken', 'images:\n  - name: [\n'],
    ['not text', '\u0000\u0001\u0002\n'],
  ] as const) {
    it(`stays alive and says so when a manifest is ${what}`, async () => {
      const workspace = lab.makeWorkspace({ files: { 'deploy/dev/deployment.yaml': text } });
      const run = await towline(workspace, 'run', '--yes', '--json');
      // The manifest that pins the image is another file: either it is proposed, or held with a reason.
      const { outcome } = resultOf(run, 'api', 'propose');
      assert.ok(outcome === 'passed' || outcome === 'held', run.stdout);

      workspace.commit({ 'deploy/dev/kustomization.yaml': text });
      const held = await towline(workspace, 'run', '--yes', '--json');
      assertExit(held, 3);
      const hold = holdOf(held, 'api', 'propose');
      assert.match(`${hold.why}${hold.ways.join()}`, /deploy\/dev/);
      assertExit(await towline(workspace, 'status'), 0);
      assertExit(await towline(workspace, 'init', '--print'), 0);
    });
  }

  it('proposes nothing where the manifests do not name the image', async () => {
    const workspace = lab.makeWorkspace({
      files: { 'deploy/dev/kustomization.yaml': 'resources: []\n', 'deploy/dev/deployment.yaml': undefined },
    });
    const run = await towline(workspace, 'run', '--yes', '--json');
    assertExit(run, 3);
    assert.equal(holdOf(run, 'api', 'propose').code, 'image-not-in-manifests');
    assert.deepEqual(proposalBranches(workspace), []);
  });
});

/** 10 levels of aliases, each ten times the one before. */
function bomb(key: string): string {
  let text = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n';
  for (let level = 1; level < 10; level += 1) {
    const alias = `*a${level - 1}`;
    text += `a${level}: &a${level} [${Array.from({ length: 10 }, () => alias).join(', ')}]\n`;
  }
  return `${text}${key}: *a9\n`;
}
