import assert from 'node:assert/strict';
import { readHosting, writeHosting } from '../../../../src/domain/localCluster/registryHosting.ts';

function check(text: string, expected: object | undefined): void {
  const object = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'local-registry-hosting' },
    data: { 'localRegistryHosting.v1': text },
  };
  assert.deepEqual(readHosting(object), expected);
}

describe('what a cluster says of its registry', () => {
  it('is read as it was written', () => {
    assert.deepEqual(readHosting(writeHosting('localhost:5001', 'kind-registry:5000')), {
      host: 'localhost:5001',
      help: 'https://kind.sigs.k8s.io/docs/user/local-registry/',
    });
    check('host: "localhost:5000"\nhostFromContainerRuntime: "registry:5000"\n', {
      host: 'localhost:5000',
      hostFromContainerRuntime: 'registry:5000',
    });
  });

  it('is nothing where it cannot be understood', () => {
    for (const text of [
      '',
      'host: [',
      'host: 5\n',
      '- host\n',
      'host: "user@evil.example"\n',
      'host: "a b"\n',
      'host: "a/b"\n',
    ])
      check(text, undefined);
    assert.equal(readHosting(undefined), undefined);
  });
});
