import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { stringify } from 'yaml';
import { plainValueOf } from '../../../../src/domain/yaml/plainValueOf.ts';
import { readPlainBlocks } from '../../../../src/domain/yaml/readPlainBlocks.ts';
import { readYaml } from '../../../../src/domain/yaml/readYaml.ts';
import { splitDocuments } from '../../../../src/domain/yaml/splitDocuments.ts';
import { startOf } from '../../../../src/domain/yaml/startOf.ts';
import { positionAt } from '../../../../src/domain/yaml/yamlDocument.ts';
import { createRandom } from '../../../support/seededRandom.ts';

const root = join(import.meta.dirname, '../../../..');

/** Fails where the quick reading says something else than the library; tells whether it said anything. */
function compare(text: string): boolean {
  const quick = readPlainBlocks(text);
  if (quick === undefined) return false;
  const { documents, problems } = readYaml(text, 'f.yaml', 'kubernetes');
  assert.deepEqual(problems, [], text);
  const [document] = documents;
  assert.ok(document && documents.length === 1, text);
  const { line, column } = positionAt(document, startOf(document.content.contents) ?? 0);
  assert.deepEqual(quick, { value: plainValueOf(document), line, column }, text);
  return true;
}

describe('readPlainBlocks', () => {
  it('reads the sample’s manifests, as the library does', () => {
    for (const name of ['base/api.yaml', 'base/pricing.yaml', 'overlays/prod/kustomization.yaml'])
      for (const { text } of splitDocuments(readFileSync(join(root, 'media/sample/deploy', name), 'utf8')))
        compare(text);
    const [, service] = splitDocuments(readFileSync(join(root, 'media/sample/deploy/base/api.yaml'), 'utf8'));
    assert.equal(compare(service?.text ?? ''), true);
  });

  it('says of every fixture the same as the library, or nothing', () => {
    const files = readdirSync(join(root, 'test/fixtures'), { recursive: true, encoding: 'utf8' });
    let read = 0;
    for (const file of files.filter((name) => /\.ya?ml$/.test(name)))
      for (const { text } of splitDocuments(readFileSync(join(root, 'test/fixtures', file), 'utf8')))
        if (compare(text)) read += 1;
    assert.ok(read > 100, `${read}`);
  });

  const odd: readonly [string, string][] = [
    ['an anchor', 'a: &x b\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a flow collection', 'a: {b: c}\n'],
    ['an escape', 'a: "\\n"\n'],
    ['a folded text', 'a: >\n  b\n'],
    ['a text of several lines', 'a: b\n  c\n'],
    ['a doubtful number', 'a: 0644\n'],
    ['a key twice', 'a: 1\na: 2\n'],
    ['a key that is a number', '1: a\n'],
    ['a key that is a truth value', 'on: a\n'],
    ['a merge', '<<: a\n'],
    ['a tab', 'a:\tb\n'],
    ['a Windows line end', 'a: b\r\n'],
    ['a second document', 'a: b\n...\nc: d\n'],
    ['an indent that fits nothing', 'a:\n    b: c\n  d: e\n'],
    ['a mapping in a scalar', 'a: b: c\n'],
    ['a sequence at the top', '- a\n'],
    ['a prototype', '__proto__: a\n'],
    ['nesting without end', Array.from({ length: 100 }, (_, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ];
  for (const [what, text] of odd)
    it(`leaves ${what} to the library`, () => {
      assert.equal(readPlainBlocks(text), undefined);
    });

  it('keeps literal texts to the letter', () => {
    const texts = [
      'a: |\n  one\n\n   two\n  three\nb: c\n',
      'a: |-\n  one\n\n\nb: c\n',
      'a: |+\n  one\n\n\nb: c\n',
      'a: |\n  one\n# no part of it\nb: c\n',
      'a: |\n\n  one\n  # part of it\n',
      'a:\n  - |\n    one\n  - |-\n    two\nb: |\n  x\n    \n',
      'a: |\n  one\n\n',
    ];
    for (const text of texts) compare(text);
    assert.deepEqual(texts.map((text) => readPlainBlocks(text) !== undefined).filter(Boolean).length, 7);
  });

  it('agrees with the library on whatever is printed and then disturbed', () => {
    const random = createRandom(5);
    const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
    const scalars = [
      ...[
        'a',
        'b c',
        'yes',
        'No',
        'null',
        '~',
        '',
        '1',
        '0',
        '-1',
        '1.5',
        '1e3',
        '0x1f',
        '0o17',
        '017',
        '1_000',
      ],
      ...[
        '10m',
        '128Mi',
        'a: b',
        'a #b',
        '# a',
        '- a',
        'x:',
        '[a',
        '{b',
        '*c',
        '&d',
        '!e',
        '%f',
        '@g',
        '|',
        '>',
      ],
      ...[
        'one\ntwo\n',
        'one\n\ntwo',
        ' lead',
        'trail ',
        '\ta',
        "it's",
        'say "x"',
        'http://x/y',
        '2001-12-14',
        '12:30',
      ],
      ...[1, 0, -3, 2.5, true, false, null, {}, []],
    ];
    const make = (depth: number): unknown => {
      const kind = depth > 3 ? 0 : random();
      if (kind < 0.5) return pick(scalars);
      const size = Math.floor(random() * 4);
      if (kind < 0.7) return Array.from({ length: size }, () => make(depth + 1));
      const keys = ['name', 'image', 'app.kubernetes.io/name', 'on', '8080', 'x y', 'é', 'a-b', 'nested'];
      return Object.fromEntries(Array.from({ length: size }, () => [pick(keys), make(depth + 1)]));
    };
    const marks = [
      ' ',
      '\n',
      ':',
      '#',
      '-',
      '"',
      "'",
      '|',
      '  ',
      ': ',
      ' #',
      '- ',
      '0',
      '\n\n',
      '---\n',
      '{',
      '&',
    ];
    let read = 0;
    for (let trial = 0; trial < 4_000; trial += 1) {
      let text = stringify({ kind: 'X', ...(make(0) as object), rest: make(1) });
      for (let edit = Math.floor(random() * 3); edit > 0; edit -= 1) {
        const at = Math.floor(random() * text.length);
        text = text.slice(0, at) + pick(marks) + text.slice(at + Math.floor(random() * 3));
      }
      for (const document of splitDocuments(text)) if (compare(document.text)) read += 1;
    }
    assert.ok(read > 500, `${read}`);
  });
});
