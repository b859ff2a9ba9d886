import assert from 'node:assert/strict';
import { decodeManifest } from '../../../../src/domain/manifests/decodeManifest.ts';
import {
  createManifestTree,
  readYamlOf,
  replaceFiles,
} from '../../../../src/domain/manifests/manifestTree.ts';
import { resolveRepoPath } from '../../../../src/domain/manifests/resolveRepoPath.ts';

describe('createManifestTree', () => {
  const { tree, missing } = createManifestTree(
    ['a/b/c.yaml', 'a/d.yaml', 'e.yaml'],
    new Map([['a/d.yaml', 'd']]),
  );

  it('lists what is directly in a folder', () => {
    assert.deepEqual(tree.list(''), [
      { name: 'a', kind: 'folder' },
      { name: 'e.yaml', kind: 'file' },
    ]);
    assert.deepEqual(tree.list('a'), [
      { name: 'b', kind: 'folder' },
      { name: 'd.yaml', kind: 'file' },
    ]);
    assert.deepEqual(tree.list('nowhere'), []);
  });

  it('reads what is loaded, and notes what is asked for and is not', () => {
    assert.equal(tree.read('a/d.yaml'), 'd');
    assert.equal(tree.read('nowhere.yaml'), undefined);
    assert.deepEqual([...missing], []);
    assert.equal(tree.read('a/b/c.yaml'), '');
    assert.deepEqual([...missing], ['a/b/c.yaml']);
  });

  it('lets files be replaced without touching it', () => {
    assert.equal(replaceFiles(tree, new Map([['a/d.yaml', '']])).read('a/d.yaml'), '');
    assert.equal(tree.read('a/d.yaml'), 'd');
  });
});

describe('readYamlOf', () => {
  it('parses a text once, and beside it the newest other one of the same file', () => {
    const { tree } = createManifestTree(['a.yaml'], new Map());
    const read = (text: string) => readYamlOf(tree, 'a.yaml', text);
    const [first, edited] = [read('a: 1'), read('a: 2')];
    assert.equal(read('a: 1'), first);
    assert.equal(read('a: 2'), edited);
    assert.notEqual(readYamlOf(tree, 'b.yaml', 'a: 1'), first);
    read('a: 3');
    assert.equal(read('a: 1'), first);
    assert.notEqual(read('a: 2'), edited);
  });
});

describe('decodeManifest', () => {
  it('keeps a byte order mark and line endings', () => {
    const bytes = Buffer.from('\uFEFFa: ä\r\nb: 😀');
    const text = decodeManifest(bytes);
    assert.equal(text, '\uFEFFa: ä\r\nb: 😀');
    assert.deepEqual(Buffer.from(text), bytes);
  });

  it('refuses bytes that are not UTF-8', () => {
    const refused = { kind: 'unreadable', why: 'not-utf8' };
    assert.deepEqual(decodeManifest(Buffer.from([0x61, 0xe9])), refused);
    assert.deepEqual(decodeManifest(Buffer.from([0xed, 0xa0, 0x80])), refused);
    assert.deepEqual(decodeManifest(Buffer.from([0xc0, 0x80])), refused);
  });
});

describe('resolveRepoPath', () => {
  it('follows dots and stays in the repository', () => {
    assert.equal(resolveRepoPath('a/b', '../c/./d/'), 'a/c/d');
    assert.equal(resolveRepoPath('a', '..'), '');
    assert.equal(resolveRepoPath('a', '../..'), undefined);
    assert.equal(resolveRepoPath('a', '/etc'), undefined);
  });
});
