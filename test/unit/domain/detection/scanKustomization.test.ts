import assert from 'node:assert/strict';
import { scanKustomization } from '../../../../src/domain/detection/scanKustomization.ts';

function check(text: string, resources: string[], images: { name: string; newName?: string }[] = []): void {
  const facts = scanKustomization(text, 'kustomization.yaml');
  assert.deepEqual({ resources: facts?.resources, images: facts?.images }, { resources, images });
}

describe('scanKustomization', () => {
  it('reads block style with comments, quotes and any indent', () => {
    check(
      'resources: # all\n- a.yaml\n# - no.yaml\n- "b c.yaml" # two\n-   \'../base\'\n\nbases:\n    - ../x\nimages:\n- name: a\n  newTag: "1"\n- newName: ghcr.io/b # here\n  name: b\n',
      ['a.yaml', 'b c.yaml', '../base', '../x'],
      [{ name: 'a' }, { newName: 'ghcr.io/b', name: 'b' }],
    );
  });

  it('reads what lines do not show through the YAML reader', () => {
    check('resources: [a, b]\nimages: [{name: x}]\n', ['a', 'b'], [{ name: 'x' }]);
    check('resources:\n- &a x\n- *a\n', ['x', 'x']);
    check('{resources: [a]}', ['a']);
    check('resources:\n- >-\n  long\n', ['long']);
    check('images:\n-\n  name: x\n', [], [{ name: 'x' }]);
  });

  it('takes neither strings of other keys nor other lists', () => {
    check('patches:\n- path: p.yaml\nresources: []\nconfigMapGenerator:\n- name: c\n', []);
  });

  it('knows components, and Flux objects of the same kind', () => {
    assert.equal(scanKustomization('kind: Component\n', 'k')?.isComponent, true);
    assert.equal(
      scanKustomization('apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\n', 'k'),
      undefined,
    );
  });

  it('says why a file cannot be read', () => {
    const facts = scanKustomization('resources: [a\n', 'deploy/kustomization.yaml');
    assert.equal(facts?.problem?.at?.file, 'deploy/kustomization.yaml');
    assert.deepEqual(facts?.resources, []);
  });
});
