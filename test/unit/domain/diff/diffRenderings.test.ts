import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'mocha';
import { describeChange } from '../../../../src/domain/diff/describeDiff.ts';
import { diffRenderings } from '../../../../src/domain/diff/diffRenderings.ts';
import { readObjects } from '../../../../src/domain/rendering/readObjects.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/renderedDiffs');

/** Numbers the secrets in the order in which they are met. */
function numberedMark(): (value: string) => string {
  const met: string[] = [];
  return (value) => {
    if (!met.includes(value)) met.push(value);
    return `(hidden, ${met.indexOf(value) + 1})`;
  };
}

function diffFixture(name: string): string {
  const read = (file: string) => readFileSync(join(fixtures, name, file), 'utf8');
  const rendered = (file: string) => {
    const { objects, problems } = readObjects(read(file), file);
    assert.deepEqual(problems, []);
    return objects;
  };
  const { objects, unchanged } = diffRenderings(
    rendered('before.yaml'),
    rendered('after.yaml'),
    numberedMark(),
  );
  return [...objects.map((diff) => `${describeChange(diff)}\n${diff.text}`), `${unchanged} unchanged\n`].join(
    '',
  );
}

describe('the diff of two renderings', () => {
  for (const name of readdirSync(fixtures).sort())
    it(name.replaceAll('-', ' '), () => {
      assert.equal(diffFixture(name), readFileSync(join(fixtures, name, 'expected.diff'), 'utf8'));
    });
});
