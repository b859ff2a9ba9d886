import assert from 'node:assert/strict';
import { detectFixture, readFixtures, summarize } from './fixture.ts';

describe('detectWorkspace', () => {
  for (const fixture of readFixtures()) {
    it(`finds what there is in ${fixture.name}`, () => {
      assert.equal(summarize(detectFixture(fixture)), fixture.expected);
    });
  }
});
