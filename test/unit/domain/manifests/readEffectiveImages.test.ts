import assert from 'node:assert/strict';
import { createManifestTree, type ManifestTree } from '../../../../src/domain/manifests/manifestTree.ts';
import { proposeImageEdit } from '../../../../src/domain/manifests/proposeImageEdit.ts';
import { readEffectiveImages } from '../../../../src/domain/manifests/readEffectiveImages.ts';

type Files = Readonly<Record<string, string>>;

function treeOf(files: Files): ManifestTree {
  return createManifestTree(Object.keys(files), new Map(Object.entries(files))).tree;
}

function imagesOf(files: Files, path: string): string[] {
  const { images } = readEffectiveImages(treeOf(files), { path });
  return images.map(
    ({ text, written: { workload } }) => `${workload.kind} ${workload.name} ${workload.container} ${text}`,
  );
}

function pod(name: string, image: string): string {
  return `kind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: ${image}}]}\n`;
}

const wanted = {
  matches: 'shop/api',
  repository: 'shop/api',
  tag: 'v2',
  digest: `sha256:${'2'.repeat(64)}`,
};

describe('readEffectiveImages', () => {
  it('tells the style by the folder when none is given', () => {
    assert.deepEqual(imagesOf({ 'a/p.yaml': pod('p', 'x:1') }, 'a'), ['Pod p c x:1']);
    assert.deepEqual(
      imagesOf({ 'a/kustomization.yml': 'resources: [p.yaml]', 'a/p.yaml': pod('p', 'x:1') }, 'a'),
      ['Pod p c x:1'],
    );
    const chart = readEffectiveImages(treeOf({ 'a/Chart.yaml': 'name: a' }), { path: 'a' });
    assert.deepEqual(chart.notLookedAt, [{ what: 'a', why: 'a chart' }]);
  });

  it('reads overlays after bases, each entry by the name that arrives', () => {
    const files = {
      'base/p.yaml': `${pod('p', 'api:1')}---\n${pod('q', 'web:1')}`,
      'base/kustomization.yaml': 'resources: [p.yaml]\nimages: [{name: api, newName: r/api}]',
      'mid/kustomization.yaml':
        'resources: [../base]\nimages: [{name: r/api, newTag: "2"}, {name: api, newTag: no}]',
      'top/kustomization.yaml':
        'resources: [../mid]\nimages: [{name: r/api, digest: "sha256:3"}, {name: web, tagSuffix: -x}]',
    };
    assert.deepEqual(imagesOf(files, 'mid'), ['Pod p c r/api:2', 'Pod q c web:1']);
    assert.deepEqual(imagesOf(files, 'top'), ['Pod p c r/api@sha256:3', 'Pod q c web:1-x']);
  });

  it('leaves out workloads that a patch deletes', () => {
    const files = {
      'p.yaml': `${pod('p', 'api:1')}---\n${pod('q', 'web:1')}`,
      'kustomization.yaml':
        'resources: [p.yaml]\npatches:\n- patch: |\n    $patch: delete\n    kind: Pod\n    metadata: {name: q}\n',
    };
    assert.deepEqual(imagesOf(files, ''), ['Pod p c api:1']);
  });

  it('marks images that a replacement sets', () => {
    const files = {
      'p.yaml': `${pod('p', 'api:1')}---\n${pod('q', 'web:1')}`,
      'kustomization.yaml': `resources: [p.yaml]
replacements:
- source: {kind: ConfigMap, name: c, fieldPath: data.image}
  targets:
  - select: {kind: Pod, name: q}
    fieldPaths: ["spec.containers.[name=c].image"]
`,
    };
    const { images } = readEffectiveImages(treeOf(files), { path: '' });
    assert.deepEqual(
      images.map(({ unclear }) => unclear.map(({ line }) => line)),
      [[], [5]],
    );
  });

  it('names what it does not look at', () => {
    const files = {
      'env/kustomization.yaml':
        'resources:\n- https://example.com/x\n- github.com/a/b//c?ref=v1\n- gone.yaml\n- ../../up\nhelmCharts: [{name: x}]\n',
    };
    const { notLookedAt } = readEffectiveImages(treeOf(files), { path: 'env' });
    assert.deepEqual(
      notLookedAt.map(({ what, why, at }) => `${what}: ${why}, line ${at?.line}`),
      [
        'helmCharts of env/kustomization.yaml: made by a plugin, line 6',
        'https://example.com/x: remote, line 2',
        'github.com/a/b//c?ref=v1: remote, line 3',
        'gone.yaml: missing, line 4',
        '../../up: outside the repository, line 5',
      ],
    );
  });

  it('ends on folders that include one another in ever more ways', () => {
    const files: Record<string, string> = {
      'l0/kustomization.yaml': 'resources: [p.yaml]',
      'l0/p.yaml': pod('p', 'x'),
    };
    for (let level = 1; level < 40; level += 1) {
      files[`l${level}/kustomization.yaml`] = `resources: [../l${level - 1}, ../l${level - 1}]`;
    }
    const started = performance.now();
    const { problems } = readEffectiveImages(treeOf(files), { path: 'l39' });
    assert.equal(problems[0]?.reason, 'broken-kustomization');
    assert.ok(performance.now() - started < 5000);
  });

  it('ends on aliases that stand for many containers', () => {
    const item = '{name: c, image: x}';
    const text = `kind: List\nx: &a [${Array(200).fill(item).join(',')}]\nitems:\n${'- kind: Pod\n  spec: {containers: *a}\n'.repeat(50)}`;
    const { images } = readEffectiveImages(treeOf({ 'p.yaml': text }), { path: '', style: 'manifests' });
    assert.ok(images.length === 10_000 && images.every(({ written }) => written.shared));
  });
});

describe('proposeImageEdit in a large tree', () => {
  it('parses only the manifests that name the image', () => {
    const files: Record<string, string> = { 'env/api.yaml': pod('api', 'shop/api:v1') };
    // What would be refused, were it parsed.
    for (let index = 0; index < 10_000; index += 1) {
      files[`env/${index % 100}/${index}.yaml`] = `${pod(`p${index}`, `shop/other-${index}`)}broken: [\n`;
    }
    const tree = treeOf(files);
    const started = performance.now();
    const edit = proposeImageEdit(tree, { path: 'env', style: 'manifests' }, wanted);
    assert.equal(edit.kind, 'edit');
    assert.ok(performance.now() - started < 1000);
  });

  it('reads only what the kustomization reaches', () => {
    const files: Record<string, string> = {
      'env/kustomization.yaml': 'resources: [../base/p.yaml]',
      'base/p.yaml': pod('p', 'shop/api:v1'),
      'base/q.yaml': pod('q', 'shop/api:v1'),
      'other/kustomization.yaml': 'resources: [../base/q.yaml]',
    };
    const { tree, missing } = createManifestTree(Object.keys(files), new Map());
    proposeImageEdit(tree, { path: 'env', style: 'kustomize' }, wanted);
    assert.deepEqual([...missing], ['env/kustomization.yaml']);
    const loaded = createManifestTree(
      Object.keys(files),
      new Map([['env/kustomization.yaml', 'resources: [../base/p.yaml]']]),
    );
    proposeImageEdit(loaded.tree, { path: 'env', style: 'kustomize' }, wanted);
    assert.deepEqual([...loaded.missing], ['base/p.yaml']);
  });
});
