import assert from 'node:assert/strict';
import { mayNameImage } from '../../../../src/domain/manifests/mayNameImage.ts';

function check(expected: boolean, texts: readonly string[]): void {
  for (const text of texts) assert.equal(mayNameImage(text, ['app']), expected, text);
}

describe('mayNameImage', () => {
  it('finds an image in every form that a scalar is written in', () => {
    check(true, [
      'image: app',
      'image: app:1',
      'image: app@sha256:0',
      'image: registry.example/shop/app:1',
      "image: 'app'",
      '{"image":"app:1"}',
      '"image": "shop/app"',
      '{"image":app}',
      '[{name: c, image: app}]',
      'image: !!str app',
      'image:\n  app',
      'image: >-\n  shop/app:1\n',
      '? image\n: app',
      'image: app\r\n',
      '"im\\u0061ge": app',
      'image: "registry\\/app"',
    ]);
  });

  it('finds an image that is given by an anchor, whatever its key', () => {
    check(true, ['x: &image app\nspec: {image: *image}', 'name: &a "app"', 'x: shop/app:1']);
  });

  it('finds an image whose text is filled in later', () => {
    check(true, [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a manifest's own template
      'image: ${REGISTRY}my-app-thing',
      'image: "{{ .app }}"',
      'image: my-app-TAG',
      'x: &i my-app-$(TAG)',
    ]);
  });

  it('finds an image in the lists of other writers', () => {
    check(true, [
      'argocd-image-updater.argoproj.io/image-list: app',
      'argocd-image-updater.argoproj.io/image-list: a=shop/b,c=app:~1',
      'imageName: app',
      'images: [x=app:1]',
      'images:\n  - app:1',
    ]);
  });

  it('passes over names, labels, versions and images that only contain the name', () => {
    check(false, [
      'apiVersion: apps/v1',
      '  app: web',
      'matchLabels: {app: web}',
      '- name: app',
      '"name": "app"',
      '{name: app, image: web}',
      'image: shop/app-0042:1.0',
      'image: shop/my-app:1.0 # {"$imagepolicy": "flux-system:my-app"}',
      'image: app/web:1',
      'image: web:1\nname: my-app',
    ]);
  });

  it('finds a name behind others, and in one very long line soon', () => {
    const long = `{${'"name": "app", "label": "my-app", '.repeat(100_000)}`;
    assert.equal(mayNameImage(`${long}"x": 1}`, ['app']), false);
    assert.equal(mayNameImage(`${long}"image": "app:1"}`, ['app']), true);
    assert.equal(mayNameImage('image: b:1', ['a', 'b']), true);
  });
});
