import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { readObjects } from '../../../../src/domain/rendering/readObjects.ts';

const named = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

function read(stream: string) {
  const { objects, problems } = readObjects(stream, 'f.yaml');
  return {
    names: objects.map(({ object, at }) => `${object.metadata.name}@${at.line}`),
    problems: problems.map(({ message, at }) => `${at?.line}: ${message}`),
  };
}

describe('reading objects of a stream', () => {
  it('gives each with its line, across comments, directives and empty documents', () => {
    const stream = `# head\n%YAML 1.2\n---\n---\n# a comment alone\n---\n${named('a')}--- # b\n${named('b')}`;
    assert.deepEqual(read(stream), { names: ['a@7', 'b@11'], problems: [] });
  });

  it('takes lists apart', () => {
    const list = `kind: List\napiVersion: v1\nitems:\n  - {apiVersion: v1, kind: Pod, metadata: {name: a}}\n  - {apiVersion: v1, kind: PodList, items: [{apiVersion: v1, kind: Pod, metadata: {name: b}}]}\n`;
    assert.deepEqual(read(list).names, ['a@1', 'b@1']);
  });

  it('does not cut at dashes within a text', () => {
    const stream = `${named('a')}data:\n  x: |\n    one\n    ---\n    two\n---\n${named('b')}`;
    assert.deepEqual(read(stream).names, ['a@1', 'b@10']);
  });

  it('reads scalars as the tools of Kubernetes do', () => {
    const { objects } = readObjects(`${named('a')}data: {on: yes, octal: 0755, text: "1"}\n`, 'f.yaml');
    assert.deepEqual(objects[0]?.object.data, { true: true, octal: 493, text: '1' });
  });

  const wrong: readonly [string, string, RegExp][] = [
    ['a text', 'just words\n', /not a mapping/],
    ['no kind', 'apiVersion: v1\nmetadata: {name: a}\n', /no kind/],
    ['no name', 'apiVersion: v1\nkind: X\nmetadata: {}\n', /no metadata\.name/],
    ['a name that is a number', 'apiVersion: v1\nkind: X\nmetadata: {name: 1}\n', /no metadata\.name/],
    ['a key twice', 'apiVersion: v1\nkind: X\nkind: Y\nmetadata: {name: a}\n', /twice/],
  ];
  for (const [what, text, message] of wrong)
    it(`places ${what} as an error and reads the others`, () => {
      const { names, problems } = read(`${named('before')}---\n${text}---\n${named('after')}`);
      assert.deepEqual(
        names.map((name) => name.split('@')[0]),
        ['before', 'after'],
      );
      assert.match(problems[0] ?? '', message);
      assert.match(problems[0] ?? '', /^[5-7]: /);
    });
});
