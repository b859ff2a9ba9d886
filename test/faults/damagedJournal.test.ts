import assert from 'node:assert/strict';
import type { RunEvent } from '../../src/domain/runs/runEvent.ts';
import { decodeRecords, encodeRecord } from '../../src/engine/runs/journalRecord.ts';

const events: readonly RunEvent[] = [
  { type: 'notice', at: 1, message: 'first' },
  { type: 'step-started', at: 2, service: 'größe', step: 'test' },
  { type: 'run-finished', at: 3, outcome: 'passed' },
];
const whole = Buffer.from(events.map(encodeRecord).join(''));

describe('a journal that is not whole', () => {
  it('reads as its first events, cut off at any byte', () => {
    for (let end = 0; end < whole.length; end += 1) {
      const read = decodeRecords(whole.subarray(0, end));
      assert.deepEqual(read.events, events.slice(0, read.events.length), `cut at ${end}`);
      assert.equal(read.damaged, 0);
    }
  });

  it('never gives an event that nobody wrote, whichever byte is wrong', () => {
    for (let at = 0; at < whole.length; at += 1) {
      for (const change of [0x01, 0x20, 0x80]) {
        const damaged = Buffer.from(whole);
        damaged[at] = (damaged[at] ?? 0) ^ change;
        for (const event of decodeRecords(damaged).events)
          assert.ok(
            events.some((written) => JSON.stringify(written) === JSON.stringify(event)),
            `byte ${at}: ${JSON.stringify(event)}`,
          );
      }
    }
  });

  it('keeps what follows a damaged record', () => {
    const damaged = Buffer.from(whole);
    damaged[20] = (damaged[20] ?? 0) ^ 1;
    assert.deepEqual(decodeRecords(damaged), { events: events.slice(1), consumed: whole.length, damaged: 1 });
  });
});
