import assert from 'node:assert/strict';
import { matchRepository, searchTextsOf } from '../../../../src/domain/images/matchRepository.ts';

describe('matchRepository', () => {
  const meant = { matches: 'shop/api', repository: 'localhost:5001/acme/shop/api' };

  it('is exact for the pushed repository alone', () => {
    assert.equal(matchRepository('localhost:5001/acme/shop/api', meant), 'exact');
    assert.equal(matchRepository('ghcr.io/acme/shop/api', meant), 'named');
  });

  it('is by name where the path ends with the name, component by component', () => {
    assert.equal(matchRepository('shop/api', meant), 'named');
    assert.equal(matchRepository('ghcr.io/shop/api', meant), 'named');
    assert.equal(matchRepository('workshop/api', meant), 'none');
    assert.equal(matchRepository('shop/api-gateway', meant), 'none');
  });

  it("knows Docker Hub's short names", () => {
    const hub = { matches: 'docker.io/library/nginx', repository: 'docker.io/library/nginx' };
    assert.equal(matchRepository('nginx', hub), 'exact');
    assert.deepEqual(searchTextsOf(hub), ['nginx']);
  });
});

describe('searchTextsOf', () => {
  it('names a text that every meant image contains', () => {
    assert.deepEqual(searchTextsOf({ matches: 'ghcr.io/shop/api', repository: 'ghcr.io/shop/api' }), [
      'shop/api',
    ]);
    assert.deepEqual(searchTextsOf({ matches: 'api', repository: 'ghcr.io/shop/service' }), [
      'api',
      'shop/service',
    ]);
  });
});
