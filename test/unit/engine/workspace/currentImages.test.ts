import assert from 'node:assert/strict';
import { loadWorkspace } from '../../../../src/domain/config/loadWorkspace.ts';
import { readCurrentImages } from '../../../../src/engine/workspace/currentImages.ts';

const base: Readonly<Record<string, string>> = {
  'towline.yaml':
    'registry: ghcr.io/acme\nservices:\n  api:\n    path: api\n    image: shop/api\nenvironments:\n  dev:\n    path: deploy/dev\n',
  'api/Dockerfile': 'FROM scratch\n',
  'deploy/dev/deployment.yaml':
    'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: api\nspec:\n  template:\n    spec:\n      containers:\n        - name: api\n          image: shop/api\n',
  'deploy/dev/kustomization.yaml':
    'resources:\n  - deployment.yaml\nimages:\n  - name: shop/api\n    newName: ghcr.io/acme/shop/api\n    newTag: "1.2"\n',
};

function imagesOf(files: Readonly<Record<string, string>>) {
  const paths = Object.keys(files).sort();
  const workspace = loadWorkspace(paths, (path) => files[path], 'shop');
  const state = {
    head: undefined,
    branch: undefined,
    files: paths,
    dirty: [],
    submodules: [],
    readAt: 0,
    same: undefined,
    changed: [],
  };
  const readText = (path: string) => files[path.replace('/shop/', '')];
  return readCurrentImages({ readText }, { workspace, folder: '/shop', state }).map(
    ({ environment, service, text }) => `${environment} ${service} ${text}`,
  );
}

describe('readCurrentImages', () => {
  it('says what the manifests put into effect for a service', () => {
    assert.deepEqual(imagesOf(base), ['dev api ghcr.io/acme/shop/api:1.2']);
  });

  it('leaves out what is not named there, and folders too large to read only to be shown', () => {
    assert.deepEqual(imagesOf({ ...base, 'deploy/dev/kustomization.yaml': 'resources: []\n' }), []);
    const many = Object.fromEntries(
      Array.from({ length: 301 }, (_, index) => [`deploy/dev/${index}.yaml`, 'kind: ConfigMap\n']),
    );
    assert.deepEqual(imagesOf({ ...base, ...many }), []);
  });
});
