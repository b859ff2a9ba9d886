import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { parsePush } from '../../../../src/adapters/git/parsePush.ts';

const ref = 'refs/heads/towline/dev/api';

const cases: readonly (readonly [line: string, kind: string])[] = [
  [`*\tabc:${ref}\t[new branch]`, 'done'],
  [`+\tabc:${ref}\t1...2 (forced update)`, 'done'],
  [`=\tabc:${ref}\t[up to date]`, 'done'],
  [`-\t:${ref}\t[deleted]`, 'done'],
  [`!\tabc:${ref}\t[rejected] (stale info)`, 'moved'],
  [`!\tabc:${ref}\t[rejected] (fetch first)`, 'moved'],
  [`!\tabc:${ref}\t[remote rejected] (incorrect old value provided)`, 'moved'],
  [`!\tabc:${ref}\t[remote rejected] (reference already exists)`, 'moved'],
  [`!\tabc:${ref}\t[remote rejected] (pre-receive hook declined)`, 'rejected'],
  [`!\tabc:${ref}\t[remote rejected] (protected branch hook declined)`, 'rejected'],
  [`!\tabc:${ref}\t[remote rejected] (failed to update ref)`, 'rejected'],
  [`!\tabc:refs/heads/other\t[rejected] (stale info)`, 'unsaid'],
  ['', 'unsaid'],
];

describe('parsePush', () => {
  for (const [line, kind] of cases) {
    it(`reads ${JSON.stringify(line)} as ${kind}`, () => {
      assert.equal(parsePush(`To somewhere\n${line}\nDone`, ref).kind, kind);
    });
  }

  it('gives the reason without its brackets', () => {
    const outcome = parsePush(`!\tabc:${ref}\t[remote rejected] (pre-receive hook declined)`, ref);
    assert.deepEqual(outcome, { kind: 'rejected', reason: 'pre-receive hook declined' });
  });

  it('asks the standard error when the reason says nothing', () => {
    const line = `!\tabc:${ref}\t[remote rejected] (failed to update ref)`;
    const kindOf = (errors: string) => parsePush(line, ref, errors).kind;
    assert.equal(kindOf(`remote: error: cannot lock ref '${ref}': reference already exists`), 'moved');
    assert.equal(kindOf(`remote: error: cannot lock ref '${ref}': is at 1a but expected 2b`), 'moved');
    assert.equal(kindOf('remote: error: unable to write file: No space left on device'), 'rejected');
  });
});
