import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findGitFolder, readJournalIndex } from '../../../../src/vscode/state/findGitFolder.ts';

describe('findGitFolder', () => {
  let folder: string;
  const git = (place: string, ...words: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      cwd: place,
      encoding: 'utf8',
    });

  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'towline é-')));
    git(folder, 'init', '-q', 'shop');
    mkdirSync(join(folder, 'shop/services/api'), { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names what git names, from below, through a link and in a worktree', () => {
    const shop = join(folder, 'shop');
    git(shop, 'commit', '-q', '--allow-empty', '-m', 'first');
    git(shop, 'worktree', 'add', '-q', '../tree');
    symlinkSync(shop, join(folder, 'link'));
    for (const place of ['shop', 'shop/services/api', 'link', 'tree']) {
      const at = join(folder, place);
      const common = git(at, 'rev-parse', '--path-format=absolute', '--git-common-dir').trim();
      assert.equal(findGitFolder(at), common, place);
    }
  });

  it('finds none outside, nor behind a pointer that leads nowhere', () => {
    assert.equal(findGitFolder(folder), undefined);
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, '.git'), 'gitdir: ../gone\n');
    assert.equal(findGitFolder(broken), undefined);
  });

  it('counts journals and owners by their names', () => {
    const runs = join(folder, 'shop/.git/towline/runs');
    assert.deepEqual(readJournalIndex(join(folder, 'shop/.git')), { runs: 0, owned: 0 });
    mkdirSync(runs, { recursive: true });
    for (const name of ['1.jsonl', '2.jsonl', '2.lock', '2.api.test.log'])
      writeFileSync(join(runs, name), '');
    assert.deepEqual(readJournalIndex(join(folder, 'shop/.git')), { runs: 2, owned: 1 });
  });
});
