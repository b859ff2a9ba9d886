import assert from 'node:assert/strict';
import {
  isLoopback,
  locateRegistry,
  manifestPath,
} from '../../../../src/adapters/registry/registryAddress.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';

describe('the address of a registry', () => {
  it('is its name, but for Docker Hub', () => {
    assert.equal(locateRegistry('ghcr.io').href, 'https://ghcr.io/');
    assert.equal(locateRegistry('[::1]:5001').host, '[::1]:5001');
    assert.equal(locateRegistry('docker.io').host, 'registry-1.docker.io');
    assert.equal(locateRegistry('index.docker.io').host, 'registry-1.docker.io');
  });

  it('is nothing but a host with a port', () => {
    for (const name of ['', 'a/b', 'user@host', 'host:port', 'https://host', 'host?x', 'ho st', 'a\nb']) {
      assert.throws(
        () => locateRegistry(name),
        (error) => TowlineError.is(error, 'registry-unreachable'),
        name,
      );
    }
  });

  it('is on the loopback for these hosts only', () => {
    const isLocal = (registry: string) => isLoopback(locateRegistry(registry).hostname);
    for (const name of [
      'localhost:5001',
      'LOCALHOST',
      '127.0.0.1:1',
      '127.9.8.7',
      '[::1]:5001',
      'reg.localhost',
    ]) {
      assert.ok(isLocal(name), name);
    }
    for (const name of [
      'localhost.example.com',
      '127.0.0.1.example.com',
      '10.0.0.1',
      'notlocalhost',
      '[::2]',
    ]) {
      assert.ok(!isLocal(name), name);
    }
  });

  it('leads to a manifest by tag or digest', () => {
    const image = { registry: 'ghcr.io', repository: 'shop/api', reference: 'v1' };
    assert.equal(manifestPath(image), '/v2/shop/api/manifests/v1');
    assert.equal(manifestPath({ ...image, reference: 'sha256:ab' }), '/v2/shop/api/manifests/sha256:ab');
    assert.equal(
      manifestPath({ ...image, reference: '../../x?y' }),
      '/v2/shop/api/manifests/..%2F..%2Fx%3Fy',
    );
  });

  it('leads to official images of Docker Hub', () => {
    const image = { registry: 'docker.io', repository: 'node', reference: '24' };
    assert.equal(manifestPath(image), '/v2/library/node/manifests/24');
  });
});
