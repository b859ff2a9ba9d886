import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { registryPlace, targetRepository } from '../../../../src/domain/images/targetRepository.ts';

describe('targetRepository', () => {
  const check = (registry: string, image: string, expected: string) =>
    assert.equal(targetRepository(registry, image), expected);

  it('puts the image below the registry', () => {
    check('localhost:5001', 'shop/api', 'localhost:5001/shop/api');
    check('ghcr.io/acme', 'api', 'ghcr.io/acme/api');
    check('ghcr.io/acme/', 'api', 'ghcr.io/acme/api');
  });

  it('does not say a path twice', () => {
    check('ghcr.io/acme', 'acme/api', 'ghcr.io/acme/api');
    check('ghcr.io/acme/team', 'acme/team/api', 'ghcr.io/acme/team/api');
    check('ghcr.io/acme', 'acme-api', 'ghcr.io/acme/acme-api');
    check('ghcr.io/acme', 'acme', 'ghcr.io/acme/acme');
  });

  it('leaves an image that names a registry there', () => {
    check('ghcr.io/acme', 'quay.io/other/api', 'quay.io/other/api');
    check('ghcr.io/acme', 'localhost:5000/api', 'localhost:5000/api');
  });
});

describe('registryPlace', () => {
  const check = (repository: string, registry: string, path: string) =>
    assert.deepEqual(registryPlace(repository), { registry, path });

  it('splits host and path', () => check('ghcr.io/acme/api', 'ghcr.io', 'acme/api'));
  it('knows a host by its port', () => check('localhost:5001/shop/api', 'localhost:5001', 'shop/api'));
  it("fills in Docker's defaults", () => {
    check('node', 'docker.io', 'library/node');
    check('grafana/grafana', 'docker.io', 'grafana/grafana');
  });
});
