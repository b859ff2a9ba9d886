import assert from 'node:assert/strict';
import {
  applyImageSetting,
  matchesImage,
  patternOfName,
} from '../../../../src/domain/manifests/applyImageSetting.ts';

describe('matchesImage', () => {
  for (const [image, name, expected] of [
    ['shop/api', 'shop/api', true],
    ['shop/api:v1@sha256:aaa', 'shop/api', true],
    ['shop/api-gateway', 'shop/api', false],
    ['ghcr.io/shop/api', 'shop/api', false],
    ['ghcrxio/shop/api', 'ghcr.io/shop/api', true],
    ['shop/api:{TAG}', 'shop/api', true],
    ['shop/api:$TAG', 'shop/api', false],
    ['shop/api', 'shop/.*', true],
    ['shop/api', 'shop\\.api', false],
    ['shop/api', '', false],
    ['shop/api', '(a+)+b', 'unknown'],
    ['shop/api', 'a|shop/api', 'unknown'],
    ['a', '.*.*.*.*b', 'unknown'],
  ] as const) {
    it(`${image} by ${JSON.stringify(name)}: ${expected}`, () => {
      assert.equal(matchesImage(image, patternOfName(name)), expected);
    });
  }
});

describe('applyImageSetting', () => {
  const image = 'host:80/api:v1@sha256:aaa';

  it('keeps tag and digest under a new name', () => {
    assert.equal(applyImageSetting(image, { name: '', newName: 'b' }), 'b:v1@sha256:aaa');
  });

  it('drops the old digest for a new tag, and the old tag for a new digest', () => {
    assert.equal(applyImageSetting(image, { name: '', newTag: 'v2' }), 'host:80/api:v2');
    assert.equal(applyImageSetting(image, { name: '', digest: 'sha256:bbb' }), 'host:80/api@sha256:bbb');
  });

  it('keeps both when both are new', () => {
    const setting = { name: '', newTag: 'v2', digest: 'sha256:bbb', tagSuffix: '-x' };
    assert.equal(applyImageSetting(image, setting), 'host:80/api:v2@sha256:bbb');
  });

  it('appends a suffix to the tag alone', () => {
    assert.equal(applyImageSetting(image, { name: '', tagSuffix: '-debug' }), 'host:80/api:v1-debug');
  });
});
