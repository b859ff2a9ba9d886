import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { createManifestTree } from '../../../../src/domain/manifests/manifestTree.ts';
import { readPlainFolder } from '../../../../src/domain/rendering/readPlainFolder.ts';

const named = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

describe('readPlainFolder', () => {
  it('reads manifests of every folder below, and names the charts and kustomizations it passes over', () => {
    const contents = new Map(
      Object.entries({
        'app/a.yaml': named('a'),
        'app/b/c.json': '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c"}}',
        'app/README.md': 'no',
        'app/.hidden/x.yaml': ':',
        'app/chart/Chart.yaml': '',
        'app/chart/templates/t.yaml': '{{ no }}',
        'app/k/kustomization.yaml': '',
        'app/k/d.yaml': named('d'),
        'apple/e.yaml': named('e'),
      }),
    );
    const { tree } = createManifestTree(contents.keys(), contents);
    const { objects, problems } = readPlainFolder(tree, 'app');
    assert.deepEqual(
      objects.map(({ object }) => object.metadata.name),
      ['a', 'c'],
    );
    assert.deepEqual(
      problems.map(({ message }) => message),
      [
        'app/chart is a chart of its own and is passed over.',
        'app/k is a kustomization of its own and is passed over.',
      ],
    );
  });
});
