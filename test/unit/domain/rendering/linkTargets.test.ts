import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { resolveLinks } from '../../../../src/domain/rendering/linkTargets.ts';

const resolve = (path: string, links: Record<string, string>) =>
  resolveLinks(path, new Map(Object.entries(links)))?.path;

describe('resolveLinks', () => {
  const cases: readonly [string, string, Record<string, string>, string | undefined][] = [
    ['a path without links', 'a/b', { c: 'd' }, 'a/b'],
    ['a link beside the file', 'a/l', { 'a/l': './f' }, 'a/f'],
    ['a link of a folder on the way', 'l/x/y', { l: 'a/b' }, 'a/b/x/y'],
    ['a link through a link', 'l/x', { l: 'm', m: 'n/' }, 'n/x'],
    ['a link that climbs within', 'a/b/l', { 'a/b/l': '../../c' }, 'c'],
    ['a link that climbs out', 'a/l', { 'a/l': '../../c' }, undefined],
    ['an absolute link', 'l', { l: '/etc/passwd' }, undefined],
    ['a link with a bend', 'l', { l: 'a/../b' }, undefined],
    ['a circle', 'l', { l: 'm', m: 'l' }, undefined],
    ['a link as Windows writes it', 'l', { l: '..\\c' }, undefined],
  ];
  for (const [what, path, links, expected] of cases)
    it(`${expected === undefined ? 'refuses' : 'follows'} ${what}`, () => {
      assert.equal(resolve(path, links), expected);
    });
});
