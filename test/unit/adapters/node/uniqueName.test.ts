import assert from 'node:assert/strict';
import { uniqueName } from '../../../../src/adapters/node/uniqueName.ts';

describe('uniqueName', () => {
  const names = Array.from({ length: 10_000 }, uniqueName);

  it('is another one for each call', () => assert.equal(new Set(names).size, names.length));

  it('has nothing but what may stand in the name of a lock', () => {
    assert.deepEqual(
      names.filter((name) => !/^[a-z\d-]+$/.test(name)),
      [],
    );
  });
});
