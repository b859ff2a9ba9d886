import assert from 'node:assert/strict';
import { nameFolders } from '../../../../src/vscode/state/nameFolders.ts';

function check(folders: Readonly<Record<string, string>>): void {
  assert.deepEqual(Object.fromEntries(nameFolders(Object.keys(folders))), folders);
}

describe("names of the window's folders", () => {
  it('are their own where each has another', () => check({ '/work/shop': 'shop', '/work/web': 'web' }));

  it('say where a folder is whose name another one has', () => {
    check({ '/work/shop': 'shop (work)', '/old/shop': 'shop (old)', '/old/web': 'web' });
  });

  it('say as much as tells them apart', () => {
    check({ '/a/work/shop': 'shop (a/work)', '/b/work/shop': 'shop (b/work)', '/c/shop': 'shop (c)' });
  });

  it('end at the root', () => check({ '/shop': 'shop (/)', '/work/shop': 'shop (work)' }));
});
