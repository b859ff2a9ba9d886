import assert from 'node:assert/strict';
import { makeFileEdit } from '../../../../src/domain/manifests/makeFileEdit.ts';
import { differsOnlyBy } from '../../../../src/domain/manifests/splice.ts';
import { verifyEdit } from '../../../../src/domain/manifests/verifyEdit.ts';

const before = `a: &x 1
images:
  - name: api # comment
    newTag: v1
  - {name: web, newTag: "v1"}
b: *x
---
c: !!str 2
`;
const meant = [
  { document: 0, path: ['images', 0, 'newTag'], value: 'v2' },
  { document: 0, path: ['images', 0, 'digest'], value: 'd' },
];
const after = before.replace('newTag: v1\n', 'newTag: v2\n    digest: d\n');

describe('verifyEdit', () => {
  it('accepts exactly the meant values', () => {
    assert.deepEqual(verifyEdit({}, before, after, 'k.yaml', meant), []);
  });

  for (const [what, from, to] of [
    ['another value', 'name: web', 'name: wob'],
    ['a changed number', 'a: &x 1', 'a: &x 2'],
    ['a lost anchor and alias', /&x 1(.*)\*x/s, '1$11'],
    ['a lost alias', '*x', '1'],
    ['other quotes', '"v1"', 'v1'],
    ['another style of collection', '{name: web, newTag: "v1"}', 'name: web\n    newTag: "v1"'],
    ['a lost tag', '!!str 2', '2'],
    ['a lost document', '---\nc: !!str 2\n', ''],
    ['a new document', 'c: !!str 2\n', 'c: !!str 2\n---\nd: 1\n'],
    ['a new key', 'b: *x', 'b: *x\nextra: 1'],
    ['a lost key', 'b: *x\n', ''],
    ['a renamed key', 'b: *x', 'bb: *x'],
    ['a quoted key', 'b: *x', '"b": *x'],
    ['a new item', '  - {name: web', '  - {}\n  - {name: web'],
    ['another order', /(a: &x 1\n)(.*)(b: \*x\n)/s, '$1$3$2'],
    ['a wrong meant value', 'newTag: v2', 'newTag: v3'],
    ['a meant value that is no string', 'newTag: v2', 'newTag: [v2]'],
    ['a missing meant value', '    digest: d\n', ''],
    ['a meant value eaten by its comment', 'newTag: v2', 'newTag: # v2'],
    ['a broken file', 'images:', 'images: ['],
  ] as const) {
    it(`refuses ${what}`, () => {
      const corrupted = after.replace(from, to);
      assert.notEqual(corrupted, after);
      assert.notDeepEqual(verifyEdit({}, before, corrupted, 'k.yaml', meant), []);
    });
  }

  it('refuses a meant string that some YAML reader takes for a number', () => {
    const values = [{ document: 0, path: ['t'], value: '1.20' }];
    assert.notDeepEqual(verifyEdit({}, 't: a\n', 't: 1.20\n', 'k.yaml', values), []);
    assert.notDeepEqual(
      verifyEdit({}, 't: a\n', 't: on\n', 'k.yaml', [{ document: 0, path: ['t'], value: 'on' }]),
      [],
    );
    assert.deepEqual(verifyEdit({}, 't: a\n', 't: "1.20"\n', 'k.yaml', values), []);
  });

  it('lets an empty list become the one that a new entry needs', () => {
    const values = [{ document: 0, path: ['images', 0, 'name'], value: 'api' }];
    assert.deepEqual(verifyEdit({}, 'images:\nb: 1\n', 'images:\n- name: api\nb: 1\n', 'k.yaml', values), []);
    assert.notDeepEqual(
      verifyEdit({}, 'images: x\nb: 1\n', 'images:\n- name: api\nb: 1\n', 'k.yaml', values),
      [],
    );
  });
});

describe('differsOnlyBy', () => {
  it('sees a byte that differs outside the splices', () => {
    const splices = [{ offset: 3, length: 1, text: 'YY', isLines: false }];
    assert.equal(differsOnlyBy('a: x # c\n', 'a: YY # c\n', splices), true);
    assert.equal(differsOnlyBy('a: x # c\n', 'a: YY # d\n', splices), false);
    assert.equal(differsOnlyBy('a: x # c\n', 'a: YY # c', splices), false);
    assert.equal(differsOnlyBy('a: x\r\n', 'a: YY\n', splices), false);
  });
});

describe('makeFileEdit', () => {
  it('holds an edit that does not say what it means', () => {
    const splice = { offset: before.indexOf('v1'), length: 2, text: 'v2\n    extra: 1', isLines: false };
    const made = makeFileEdit({}, 'k.yaml', before, [splice], meant.slice(0, 1));
    assert.equal(made.kind === 'held' && made.hold.reason, 'edit-check-failed');
  });

  it('holds a splice at the wrong place', () => {
    const splice = { offset: before.lastIndexOf('v1'), length: 2, text: 'v2', isLines: false };
    const made = makeFileEdit({}, 'k.yaml', before, [splice], meant.slice(0, 1));
    assert.equal(made.kind === 'held' && made.hold.reason, 'edit-check-failed');
  });

  it('holds splices that overlap', () => {
    const splices = [
      { offset: 3, length: 2, text: 'v2', isLines: false },
      { offset: 4, length: 1, text: '', isLines: false },
    ];
    const made = makeFileEdit({}, 'k.yaml', 'a: v1 # c\n', splices, [
      { document: 0, path: ['a'], value: 'v2' },
    ]);
    assert.equal(made.kind === 'held' && made.hold.reason, 'edit-check-failed');
  });
});
