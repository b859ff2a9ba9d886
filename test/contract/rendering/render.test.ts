import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, before, describe, it } from 'mocha';
import { createFiles } from '../../../src/adapters/node/nodeFiles.ts';
import { createProcesses } from '../../../src/adapters/node/nodeProcesses.ts';
import { TowlineError } from '../../../src/domain/errors/towlineError.ts';
import type { Rendering } from '../../../src/domain/rendering/rendering.ts';
import { type RenderRequest, render } from '../../../src/engine/rendering/render.ts';
import { useGit } from '../../support/gitContract.ts';
import { type FixtureFile, writeFiles } from '../../support/gitFixture.ts';
import { type GitHttpServer, serveGitOverHttp } from '../../support/gitHttpServer.ts';
import { skipTest } from '../../support/skipTest.ts';

const sample = join(import.meta.dirname, '../../../media/sample');
const deployment = (name: string, image = 'shop/api:1') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: ${name}\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          image: ${image}\n`;
const configMap = (name: string) =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\ndata:\n  a: b\n`;

describe('rendering a commit', function () {
  this.timeout(30_000);
  const git = useGit();
  const kubectl = createProcesses().find('kubectl');
  let tools = '';
  let temporary: string[] = [];
  let server: GitHttpServer | undefined;
  afterEach(async () => {
    await server?.close();
    server = undefined;
  });

  before(function () {
    if (kubectl === undefined) skipTest(this, 'kubectl is not on PATH');
  });

  /** Renders the folder of a repository with these files, with only the named programs on PATH. */
  async function renderFiles(
    files: Record<string, FixtureFile>,
    request: Partial<RenderRequest> = {},
    programs: Record<string, FixtureFile> = { kubectl: { link: kubectl ?? '' } },
    signal = git.signal,
  ): Promise<Rendering> {
    const folder = git.sandbox.makeRepository({ files });
    tools = join(git.sandbox.folder, 'tools');
    writeFiles(tools, { ...programs, '.keep': '' });
    const repository = await git.openGuarded(folder);
    const commit = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    const disk = createFiles();
    temporary = [];
    const watched = {
      ...disk,
      async makeTemporaryFolder(prefix: string) {
        const made = await disk.makeTemporaryFolder(prefix);
        temporary.push(made);
        return made;
      },
    };
    const environment = {
      ...git.sandbox.environment,
      PATH: 'git' in programs ? `${tools}:/usr/bin:/bin` : tools,
    };
    const whole: RenderRequest = {
      repository,
      commit,
      folder: 'app',
      release: 'app',
      mayFetch: [],
      ...request,
    };
    try {
      return await render({ files: watched, processes: createProcesses({ environment }) }, whole, signal);
    } finally {
      assert.deepEqual(temporary.filter(existsSync), [], 'a temporary folder was left behind');
    }
  }

  const namesOf = ({ objects }: Rendering) =>
    objects.map(({ object }) => `${object.kind} ${object.metadata.name}`).sort();

  function sampleFiles(): Record<string, string> {
    const names = readdirSync(join(sample, 'deploy'), { recursive: true, encoding: 'utf8' });
    return Object.fromEntries(
      names
        .filter((name) => name.endsWith('.yaml'))
        .map((name) => [`deploy/${name}`, readFileSync(join(sample, 'deploy', name), 'utf8')]),
    );
  }

  it('gives the objects of the sample’s overlays, with the place each is written', async () => {
    const rendering = await renderFiles(sampleFiles(), { folder: 'deploy/overlays/prod' });
    assert.equal(rendering.renderer, 'kubectl');
    assert.deepEqual(namesOf(rendering), [
      'Deployment api',
      'Deployment pricing',
      'Service api',
      'Service pricing',
    ]);
    const api = rendering.objects.find(({ object }) => object.kind === 'Deployment');
    assert.equal(api?.object.metadata.namespace, 'shop-prod');
    assert.match(JSON.stringify(api?.object.spec), /"image":"localhost:5001\/shop\/api:v1\.4\.2"/);
    assert.deepEqual(api?.at, { file: 'deploy/base/api.yaml', line: 1, column: 1 });
    const service = rendering.objects.find(({ object }) => object.kind === 'Service');
    assert.deepEqual(service?.at, { file: 'deploy/base/api.yaml', line: 57, column: 1 });
    assert.deepEqual(rendering.problems, []);
    assert.deepEqual(rendering.fetched, []);
  });

  it('reads plain manifests without any program', async () => {
    const rendering = await renderFiles(sampleFiles(), { folder: 'deploy/warehouse' }, {});
    assert.equal(rendering.renderer, 'files');
    assert.deepEqual(namesOf(rendering), ['Deployment pricing', 'Service pricing']);
    assert.deepEqual(
      rendering.objects.map(({ at }) => at?.line),
      [2, 59],
    );
  });

  it('renders the folder of the repository itself', async () => {
    const files = { 'kustomization.yaml': 'resources: [d.yaml]\n', 'd.yaml': deployment('api') };
    assert.deepEqual(namesOf(await renderFiles(files, { folder: '' })), ['Deployment api']);
    const plain = await renderFilesAgain({ 'd.yaml': deployment('api') });
    assert.deepEqual(namesOf(plain), ['Deployment api']);
  });

  async function renderFilesAgain(files: Record<string, string>): Promise<Rendering> {
    git.sandbox.makeRepository({ name: 'other', files });
    const repository = await git.open(join(git.sandbox.folder, 'other'));
    const commit = git.sandbox.git(join(git.sandbox.folder, 'other'), 'rev-parse', 'HEAD');
    const ports = { files: createFiles(), processes: createProcesses({ environment: { PATH: '' } }) };
    return render(ports, { repository, commit, folder: '', release: 'r', mayFetch: [] }, git.signal);
  }

  it('takes paths with blanks, umlauts and dashes at their start', async () => {
    const files = {
      'app/größe & co/kustomization.yaml': 'resources: ["../../-mein bäse"]\nnamePrefix: x-\n',
      '-mein bäse/kustomization.yml': 'resources: ["-d 1.yaml"]\n',
      '-mein bäse/-d 1.yaml': deployment('api'),
    };
    const rendering = await renderFiles(files, { folder: 'app/größe & co' });
    assert.deepEqual(namesOf(rendering), ['Deployment x-api']);
    assert.equal(rendering.objects[0]?.at?.file, '-mein bäse/-d 1.yaml');
  });

  it('renders components, patches, generators and replacements that stand elsewhere', async () => {
    const files = {
      'app/kustomization.yaml': `resources: [../base]
components: [../parts/debug]
patches: [{path: patch.json}]
configMapGenerator: [{name: settings, files: [shown=settings.txt, ./b.env], envs: [c.env]}]
replacements: [{path: replace.yaml}]
`,
      'app/patch.json':
        '{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"api"},"spec":{"replicas":4}}',
      'app/settings.txt': 'text\n',
      'app/b.env': 'x\n',
      'app/c.env': 'A=1\n',
      'app/replace.yaml':
        '- source: {kind: Deployment, name: api, fieldPath: metadata.name}\n  targets:\n    - select: {kind: Deployment}\n      fieldPaths: [metadata.annotations.copied]\n      options: {create: true}\n',
      'base/Kustomization': 'resources: [deployment.yaml, more]\n',
      'base/deployment.yaml': deployment('api'),
      'base/more/kustomization.yaml': 'resources: [m.yaml]\n',
      'base/more/m.yaml': configMap('more'),
      'parts/debug/kustomization.yaml':
        'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\ncommonAnnotations: {debug: "on"}\n',
      'unrelated.yaml': ': : :\n',
    };
    const rendering = await renderFiles(files);
    const [config, , api] = [...rendering.objects].sort((a, b) =>
      a.object.metadata.name < b.object.metadata.name ? 1 : -1,
    );
    assert.match(config?.object.metadata.name ?? '', /^settings-[a-z0-9]+$/);
    assert.deepEqual(config?.object.data, { shown: 'text\n', 'b.env': 'x\n', A: '1' });
    assert.deepEqual(api?.object.metadata.annotations, { debug: 'on', copied: 'api' });
    assert.match(JSON.stringify(api?.object.spec), /"replicas":4/);
    assert.equal(api?.at?.file, 'base/deployment.yaml');
  });

  const remoteBases = {
    resources: 'resources: [https://example.org/base?ref=v1]\n',
    'a component’s repository': 'components: [github.com/example/parts]\n',
    'an scp-like address': 'resources: ["git@example.org:a/b.git"]\n',
    'a patch': 'resources: [d.yaml]\npatches: [{path: "https://example.org/p.yaml"}]\n',
    'a CRD list': 'resources: [d.yaml]\ncrds: ["https://example.org/crd.json"]\n',
    'a file of a generator': 'configMapGenerator: [{name: c, files: ["a=HTTP://127.0.0.1:1/example"]}]\n',
  };
  for (const [place, text] of Object.entries(remoteBases)) {
    it(`starts nothing where ${place} leads out of the repository`, async () => {
      const files = {
        'app/kustomization.yaml': 'resources: [../base]\n',
        'base/kustomization.yaml': text,
        'base/d.yaml': deployment('api'),
      };
      const mark = join(git.sandbox.folder, 'started');
      const program = { content: `#!/bin/sh\n: > '${mark}'\n`, executable: true };
      await assert.rejects(renderFiles(files, {}, { kubectl: program }), (error) => {
        assert.ok(TowlineError.is(error, 'rendering-failed'));
        assert.match(error.failure.why, /builds on .*example/);
        assert.equal(error.failure.at?.file, 'base/kustomization.yaml');
        return true;
      });
      assert.equal(existsSync(mark), false);
    });
  }

  it('fetches a base that the environment’s own branch builds on, and names it', async () => {
    const parts = git.sandbox.makeRepository({
      name: 'parts',
      files: { 'base/kustomization.yaml': 'resources: [c.yaml]\n', 'base/c.yaml': configMap('fetched') },
    });
    const { environment, folder } = git.sandbox;
    git.sandbox.git(folder, 'clone', '--quiet', '--bare', parts, 'parts.git');
    server = await serveGitOverHttp(folder, { user: 'dev', password: 'right' }, environment);
    const address = `${server.url.replace('//', '//dev:right@')}/parts.git//base?ref=main`;
    const files = { 'app/kustomization.yaml': `resources: ["${address}"]\n` };
    const programs = { kubectl: { link: kubectl ?? '' }, git: { link: createProcesses().find('git') ?? '' } };
    const rendering = await renderFiles(files, { mayFetch: [address] }, programs);
    assert.deepEqual(namesOf(rendering), ['ConfigMap fetched']);
    assert.deepEqual(rendering.fetched, [address]);
  });

  it('follows symbolic links within the repository and leaves those out that leave it', async () => {
    const files: Record<string, FixtureFile> = {
      'app/kustomization.yaml': 'resources: [linked.yaml, folder]\n',
      'app/linked.yaml': { link: 'real.yaml' },
      'app/real.yaml': deployment('api'),
      'app/folder': { link: '../shared' },
      'app/secret.yaml': { link: '/etc/hostname' },
      'app/climbing.yaml': { link: '../../../../etc/hostname' },
      'app/circle': { link: 'circle' },
      'shared/kustomization.yaml': 'resources: [c.yaml]\n',
      'shared/c.yaml': configMap('shared'),
    };
    const rendering = await renderFiles(files);
    assert.deepEqual(namesOf(rendering), ['ConfigMap shared', 'Deployment api']);
    assert.deepEqual(rendering.problems.map(({ at }) => at?.file).sort(), [
      'app/circle',
      'app/climbing.yaml',
      'app/secret.yaml',
    ]);
  });

  it('never shows a file of this machine through a link', async () => {
    const files: Record<string, FixtureFile> = {
      'app/kustomization.yaml': 'configMapGenerator: [{name: stolen, files: [passwd]}]\n',
      'app/passwd': { link: '/etc/passwd' },
    };
    await assert.rejects(renderFiles(files), (error) => {
      assert.ok(TowlineError.is(error, 'rendering-failed'));
      assert.doesNotMatch(JSON.stringify(error), /root:/);
      return true;
    });
    const plain: Record<string, FixtureFile> = {
      'plain/passwd.yaml': { link: '/etc/passwd' },
      'plain/c.yaml': configMap('c'),
    };
    git.sandbox.makeRepository({ name: 'second', files: plain });
    const folder = join(git.sandbox.folder, 'second');
    const repository = await git.open(folder);
    const commit = git.sandbox.git(folder, 'rev-parse', 'HEAD');
    const ports = { files: createFiles(), processes: createProcesses() };
    const rendering = await render(
      ports,
      { repository, commit, folder: 'plain', release: 'r', mayFetch: [] },
      git.signal,
    );
    assert.deepEqual(namesOf(rendering), ['ConfigMap c']);
    assert.match(rendering.problems[0]?.message ?? '', /symbolic/);
  });

  it('refuses what would start a program', async () => {
    const mark = join(git.sandbox.folder, 'ran');
    const files = {
      'app/kustomization.yaml': 'generators: [g.yaml]\n',
      'app/g.yaml':
        'apiVersion: v1\nkind: X\nmetadata:\n  name: x\n  annotations:\n    config.kubernetes.io/function: |\n      exec:\n        path: ./run.sh\n',
      'app/run.sh': { content: `#!/bin/sh\n: > '${mark}'\n`, executable: true },
    };
    await assert.rejects(renderFiles(files), hasCode('rendering-failed'));
    assert.equal(existsSync(mark), false);
  });

  it('survives documents that stand for more than they are', async () => {
    const level = (name: string, inner: string) => `${name}: &${name} [${`*${inner},`.repeat(9)}]\n`;
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, index) => level(name, 'abcdefgh'[index] ?? 'a'))
      .join('')}`;
    const inKustomization = { 'app/kustomization.yaml': `${bomb}resources: [d.yaml]\n` };
    await assert.rejects(renderFiles(inKustomization), hasCode('rendering-failed'));
  });

  it('refuses nesting and aliases of a plain manifest at their place', async () => {
    const deep = `apiVersion: v1\nkind: X\nmetadata: {name: x}\nspec: ${'['.repeat(5000)}${']'.repeat(5000)}\n`;
    await assert.rejects(renderFiles({ 'app/deep.yaml': deep }, {}, {}), (error) => {
      assert.ok(TowlineError.is(error, 'rendering-failed'));
      assert.equal(error.failure.at?.file, 'app/deep.yaml');
      return true;
    });
  });

  const hasCode = (code: string) => (error: unknown) => TowlineError.is(error) && error.code === code;

  it('says which program is missing', async () => {
    const kustomization = { 'app/kustomization.yaml': 'resources: []\n' };
    await assert.rejects(renderFiles(kustomization, {}, {}), hasCode('renderer-missing'));
  });

  it('says that a chart needs helm, and runs it without anything of the user’s where it is', async () => {
    const chart = {
      'app/Chart.yaml': 'name: app\nversion: 1.0.0\n',
      'app/templates/d.yaml': deployment('{{ .Release.Name }}'),
    };
    await assert.rejects(renderFiles(chart), hasCode('renderer-missing'));
  });

  it('gives a chart to helm with nothing of the user’s around it', async () => {
    const chart = { 'app/Chart.yaml': 'name: app\nversion: 1.0.0\n', 'app/values.yaml': 'a: 1\n' };
    const script = `#!/bin/sh
echo "apiVersion: v1
kind: ConfigMap
metadata: {name: helm}
data: {arguments: \\"$*\\", home: \\"$HOME\\", secret: \\"$GIT_CONFIG_GLOBAL\\", here: \\"$PWD\\", values: \\"$(/bin/cat app/values.yaml)\\"}"
`;
    const helm = { content: script, executable: true };
    const { objects, renderer } = await renderFiles(chart, { release: 'shop' }, { helm });
    const [folder = ''] = temporary;
    assert.equal(renderer, 'helm');
    assert.deepEqual(objects[0]?.object.data, {
      arguments: `template --include-crds shop ${folder}/app`,
      home: folder,
      secret: '',
      here: folder,
      values: 'a: 1',
    });
  });

  it('says in kustomize’s own words what is wrong, without the temporary folder’s name', async () => {
    const files = { 'app/kustomization.yaml': 'resources: [missing.yaml]\n' };
    await assert.rejects(renderFiles(files), (error) => {
      assert.ok(TowlineError.is(error, 'rendering-failed'));
      assert.match(error.failure.why, /^accumulating resources.*missing\.yaml/);
      assert.doesNotMatch(error.failure.why, /towline-render/);
      return true;
    });
  });

  it('ends the renderer and takes its folder away when cancelled', async () => {
    const cancel = new AbortController();
    const pid = join(git.sandbox.folder, 'pid');
    const slow = {
      content: `#!/bin/sh\necho $$ > '${pid}'\n/bin/sleep 60\n`,
      executable: true,
    };
    const rendered = renderFiles(
      { 'app/kustomization.yaml': 'resources: []\n' },
      {},
      { kubectl: slow },
      cancel.signal,
    );
    const limit = Date.now() + 10_000;
    while (!existsSync(pid) && Date.now() < limit) await new Promise((resolve) => setImmediate(resolve));
    cancel.abort(new Error('enough'));
    await assert.rejects(rendered, /enough/);
    assert.equal(createProcesses().isAlive(Number(readFileSync(pid, 'utf8'))), false);
  });

  it('says that a commit has no such folder', async () => {
    await assert.rejects(renderFiles({ 'other/a.yaml': configMap('a') }), hasCode('rendering-failed'));
  });
});
