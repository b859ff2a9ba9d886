import assert from 'node:assert/strict';
import { nameFolders } from '../../../../src/vscode/state/nameFolders.ts';

function check(folders: Readonly<Record<string, string>>): void {
  assert.deepEqual(Object.fromEntries(nameFolders(Object.keys(folders))), folders);
}

describe("names of the window's folders", () => {
  it('are their own where each has another', () => check({ '/code/shop': 'shop', '/code/web': 'web' }));

  it('say where a folder is whose name another one has', () => {
    check({ '/code/shop': 'shop (code)', '/old/shop': 'shop (old)', '/old/web': 'web' });
  });

  it('say as much as tells them apart', () => {
    check({ '/a/code/shop': 'shop (a/code)', '/b/code/shop': 'shop (b/code)', '/c/shop': 'shop (c)' });
  });

  it('end at the root', () => check({ '/shop': 'shop (/)', '/code/shop': 'shop (code)' }));
});
