import assert from 'node:assert/strict';
import { positionOf, type YamlPath } from '../../../../src/domain/yaml/positionOf.ts';
import { readYaml } from '../../../../src/domain/yaml/readYaml.ts';

const text = 'a: 1\nb:\n  - x\n  - c: 2\n    1: "y"\ne: &e {f: 1}\ng: *e\n';

function at(path: YamlPath, part?: 'key' | 'value'): string {
  const [document] = readYaml(text, 'some.yaml').documents;
  assert.ok(document);
  const { line, column } = positionOf(document, path, part);
  return `${line}:${column}`;
}

describe('positionOf', () => {
  it('finds a value, and its key when asked', () => {
    assert.equal(at(['b', 1, 'c']), '4:8');
    assert.equal(at(['b', 1, 'c'], 'key'), '4:5');
  });

  it('takes numbers as keys of mappings', () => {
    assert.equal(at(['b', 1, 1]), '5:8');
  });

  it('follows aliases', () => {
    assert.equal(at(['g', 'f']), '6:11');
  });

  it('falls back on the nearest ancestor', () => {
    assert.equal(at(['b', 1, 'missing']), '4:5');
    assert.equal(at(['missing', 'more']), '1:1');
    assert.equal(at([]), '1:1');
  });
});
