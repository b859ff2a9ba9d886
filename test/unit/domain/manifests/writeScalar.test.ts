import assert from 'node:assert/strict';
import { writeScalar } from '../../../../src/domain/manifests/writeScalar.ts';

describe('writeScalar', () => {
  for (const text of [
    '1.20',
    '0123',
    '1e3',
    '12e4567',
    '1_000',
    '0x1f',
    '0b1',
    '0o17',
    '7',
    '1.',
    'on',
    'Off',
    'YES',
    'no',
    'y',
    'N',
    'true',
    'False',
    'null',
    'NULL',
    '2024-01-02',
    '2024-1-2',
    '20240102',
  ]) {
    it(`quotes ${text}`, () => assert.equal(writeScalar(text, 'plain'), `"${text}"`));
  }

  for (const text of [
    '1.2.3',
    'v1',
    'main-abc1234-1760000000',
    '1.20-alpine',
    'latest',
    'once',
    'abc1234',
    '1e3e',
    '0xyz',
    '_1',
    'localhost:5001/shop/api',
    `api:v1@sha256:${'a'.repeat(64)}`,
    `sha256:${'1'.repeat(64)}`,
  ]) {
    it(`leaves ${text.slice(0, 30)} plain`, () => assert.equal(writeScalar(text, 'plain'), text));
  }

  it('keeps quotes that are there', () => {
    assert.equal(writeScalar('v1', 'single'), "'v1'");
    assert.equal(writeScalar('v1', 'double'), '"v1"');
  });

  it('quotes what is no plain text', () => {
    for (const text of ['- a', 'a: b', 'a #b', '*a', '&a', '', ' a']) {
      assert.equal(writeScalar(text, 'plain'), `"${text}"`);
    }
  });
});
