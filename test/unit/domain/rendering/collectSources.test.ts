import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createManifestTree } from '../../../../src/domain/manifests/manifestTree.ts';
import { collectSources } from '../../../../src/domain/rendering/collectSources.ts';

/** What building the folder `app` of these files may read. */
function collect(files: Record<string, string>, links: Record<string, string> = {}) {
  const paths = [...Object.keys(files), ...Object.keys(links)].sort();
  const contents = new Map(Object.entries({ ...files, ...links }));
  const { tree } = createManifestTree(paths, contents);
  return collectSources({ tree, paths, links: new Map(Object.entries(links)) }, 'app');
}

const remoteOf = (kustomization: string, files: Record<string, string> = {}) =>
  collect({ 'app/kustomization.yaml': kustomization, ...files }).remoteBases.map(({ address }) => address);

describe('what a kustomization may read', () => {
  it('is its folder and whatever its texts name, folder by folder, and nothing else', () => {
    const { files, folders } = collect({
      'app/kustomization.yaml': 'resources: [../base, ../one/file.yaml]\nhelmGlobals: {x: ../odd}\n',
      'app/unnamed.txt': '',
      'base/kustomization.yml': 'components: [../parts/a]\nresources: [../base]\n',
      'parts/a/Kustomization': 'configMapGenerator: [{name: c, files: [key=../b/text]}]\n',
      'parts/b/text': '',
      'odd/x': '',
      'one/file.yaml': '',
      'one/other.yaml': '',
      'elsewhere/kustomization.yaml': '',
    });
    assert.deepEqual(files, [
      'app/kustomization.yaml',
      'app/unnamed.txt',
      'base/kustomization.yml',
      'odd/x',
      'one/file.yaml',
      'parts/a/Kustomization',
      'parts/b/text',
    ]);
    assert.deepEqual(folders, ['app', 'base', 'odd', 'parts/a']);
  });

  it('ends where folders name each other', () => {
    const { folders } = collect({
      'app/kustomization.yaml': 'resources: [../base]\n',
      'base/kustomization.yaml': 'resources: [../app]\n',
    });
    assert.deepEqual(folders, ['app', 'base']);
  });

  it('takes links with what they lead to, and says which ones lead away', () => {
    const { files, problems } = collect(
      { 'app/kustomization.yaml': 'resources: [x]\n', 'base/kustomization.yaml': '', 'base/d.yaml': '' },
      { 'app/x': '../base', 'app/out': '/etc', 'app/up': '../../..', 'app/bend': 'x/../y' },
    );
    assert.deepEqual(files, ['app/kustomization.yaml', 'app/x', 'base/d.yaml', 'base/kustomization.yaml']);
    assert.deepEqual(problems.map(({ at }) => at?.file).sort(), ['app/bend', 'app/out', 'app/up']);
  });

  const remote: readonly [string, string, readonly string[]][] = [
    ['an address', 'resources: ["https://x.org/a?ref=1"]', ['https://x.org/a?ref=1']],
    ['a repository of a host', 'bases: [github.com/a/b]', ['github.com/a/b']],
    ['an address under the name of a file', 'patches: [{path: "HTTP://x/y"}]', ['HTTP://x/y']],
    ['a file of a generator', 'secretGenerator: [{files: ["k=http://x/y"]}]', ['http://x/y']],
    ['a literal of a generator', 'configMapGenerator: [{literals: ["URL=http://x/y"]}]', []],
    ['a label', 'commonAnnotations: {docs: "https://x.org/a"}', []],
    ['an image', 'images: [{name: registry.example.org/shop/api}]', []],
    ['a patch in place', 'patches: [{patch: "- {op: add, path: /a, value: https://x}"}]', []],
  ];
  for (const [what, text, expected] of remote)
    it(`${expected.length === 0 ? 'does not take' : 'takes'} ${what} for a base from elsewhere`, () => {
      assert.deepEqual(remoteOf(text), expected);
    });

  it('is not deceived by a file with the name of an address', () => {
    assert.deepEqual(remoteOf('resources: ["http://x/y"]', { 'app/http:/x/y': '' }), ['http://x/y']);
  });
});
