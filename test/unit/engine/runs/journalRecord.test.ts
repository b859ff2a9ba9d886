import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { decodeRecords, encodeRecord } from '../../../../src/engine/runs/journalRecord.ts';
import { notice, runFinished, runStarted } from '../../../support/runEvents.ts';

const events = [runStarted(1), notice('größe\n"\u2028'), runFinished()];
const bytes = Buffer.from(events.map(encodeRecord).join(''));

describe('journal records', () => {
  it('come back as they were written', () => {
    assert.deepEqual(decodeRecords(bytes), { events, consumed: bytes.length, damaged: 0 });
  });

  it('take one line each, whatever is in them', () => {
    assert.equal(encodeRecord(notice('a\nb\r\nc')).split('\n').length, 2);
  });

  it('leave a torn tail alone, wherever it was torn', () => {
    for (let length = 0; length <= bytes.length; length += 1) {
      const torn = bytes.subarray(0, length);
      const { events: read, consumed, damaged } = decodeRecords(torn);
      assert.equal(damaged, 0);
      assert.equal(consumed, torn.lastIndexOf(10) + 1);
      assert.deepEqual(read, events.slice(0, torn.toString('latin1').split('\n').length - 1));
    }
  });

  it('go on from where the last whole line ended', () => {
    const torn = bytes.subarray(0, bytes.length - 5);
    const { consumed } = decodeRecords(torn);
    assert.deepEqual(decodeRecords(bytes.subarray(consumed)).events, [runFinished()]);
  });

  it('skip a damaged line in the middle and count it', () => {
    const lines = bytes.toString().split('\n');
    for (const damage of [
      '',
      'x',
      '00000000 {}',
      '{"type":"notice"}',
      `${lines[1]?.replace('"at":2', '"at":3')}`,
      '\0'.repeat(40),
    ]) {
      const damaged = Buffer.from([lines[0], damage, lines[2], ''].join('\n'));
      const read = decodeRecords(damaged);
      assert.deepEqual(read.events, [events[0], events[2]], JSON.stringify(damage));
      assert.equal(read.damaged, damage === '' ? 0 : 1);
      assert.equal(read.consumed, damaged.length);
    }
  });

  it('see every flipped bit of checksum and text', () => {
    const record = Buffer.from(encodeRecord(notice('abc')));
    for (let at = 0; at < record.length - 1; at += 1) {
      if (at === 8) continue; // the blank between them
      for (let bit = 0; bit < 7; bit += 1) {
        const flipped = Buffer.from(record);
        flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
        assert.deepEqual(decodeRecords(flipped).events, [], `byte ${at}, bit ${bit}`);
      }
    }
  });
});
