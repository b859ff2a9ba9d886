import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { nameFolders } from '../../../../src/vscode/state/nameFolders.ts';

function check(folders: Readonly<Record<string, string>>): void {
  const named = Object.keys(folders).map((path) => ({ path, name: basename(path) }));
  assert.deepEqual(Object.fromEntries(nameFolders(named)), folders);
}

describe("names of the window's folders", () => {
  it('are their own where each has another', () => check({ '/code/shop': 'shop', '/code/web': 'web' }));

  it('are those that the user gave them', () => {
    const folders = [
      { path: '/work/shop', name: 'new shop' },
      { path: '/old/shop', name: 'shop' },
      { path: '/older/web', name: 'shop' },
    ];
    assert.deepEqual([...nameFolders(folders).values()], ['new shop', 'shop (old)', 'shop (older)']);
  });

  it('say where a folder is whose name another one has', () => {
    check({ '/code/shop': 'shop (code)', '/old/shop': 'shop (old)', '/old/web': 'web' });
  });

  it('say as much as tells them apart', () => {
    check({ '/a/code/shop': 'shop (a/code)', '/b/code/shop': 'shop (b/code)', '/c/shop': 'shop (c)' });
  });

  it('end at the root', () => check({ '/shop': 'shop (/)', '/code/shop': 'shop (code)' }));
});
