import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { imageTag } from '../../../../src/domain/images/imageTag.ts';

const commit = { id: '0123456789abcdef0123456789abcdef01234567', time: 1_700_000_000 };
const key = 'feedc0de'.repeat(8);

const tag = (source: Partial<Parameters<typeof imageTag>[0]>) =>
  imageTag({ branch: 'main', commit, dirty: false, key, ...source });

describe('imageTag', () => {
  it('is branch, commit and time', () => assert.equal(tag({}), 'main-0123456-1700000000'));

  it('says that the tree was dirty, and which of many', () => {
    assert.equal(tag({ dirty: true }), 'main-0123456-1700000000-dirty-feedc0de');
    assert.equal(tag({ commit: undefined }), 'main-uncommitted-dirty-feedc0de');
  });

  it('has a name without a branch', () =>
    assert.equal(tag({ branch: undefined }), 'detached-0123456-1700000000'));

  it('ends with the time of a clean commit, as image policies read it', () => {
    for (const branch of ['main', 'release-1.2-3', 'a/b-99'])
      assert.equal(/-(?<time>\d+)$/.exec(tag({ branch }))?.groups?.time, '1700000000');
  });

  it('keeps to what Docker allows, whatever the branch', () => {
    const branches = [
      'feature/login',
      'größe',
      '日本語',
      '.hidden',
      '-dash',
      '_under',
      '@',
      '#1',
      'a b',
      'x'.repeat(300),
      `${'x'.repeat(96)}/${'y'.repeat(200)}`,
      '👩‍💻'.repeat(50),
      'a\nb',
    ];
    for (const branch of branches) {
      for (const source of [{}, { dirty: true }, { commit: undefined }]) {
        const made = tag({ branch, ...source });
        assert.match(made, /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/);
        assert.match(made, /-(\d+|dirty-[0-9a-f]{8})$/, 'what tells images apart is never cut off');
      }
    }
  });

  it('tells the branches of a name with slashes by dashes', () => {
    assert.equal(tag({ branch: 'feature/a/b' }), 'feature-a-b-0123456-1700000000');
  });
});
