import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { type Deferred, deferred } from '../../../../src/base/deferred.ts';
import { TowlineError } from '../../../../src/domain/errors/towlineError.ts';
import type { RunEvent } from '../../../../src/domain/runs/runEvent.ts';
import { createStepReport, logName } from '../../../../src/engine/runs/stepReport.ts';

const turn = () => new Promise(setImmediate);

/** A side log whose writes end when the test says so. */
function makeReport() {
  const writes: { readonly text: string; readonly done: Deferred<void> }[] = [];
  const events: RunEvent[] = [];
  let size = 0;
  const owned = {
    number: 1,
    append: () => Promise.resolve(),
    async appendLog(_: string, text: string) {
      const done = deferred<void>();
      writes.push({ text, done });
      await done.promise;
      size += text.length;
      return size;
    },
    onCancelRequested: () => ({ dispose() {} }),
    close: () => Promise.resolve(),
  };
  const record = (event: RunEvent) => {
    events.push(event);
    return Promise.reject(new TowlineError('journal-failed', { why: 'full' }));
  };
  const report = createStepReport(
    { service: 'api', step: 'build' },
    owned,
    record,
    () => 5,
    () => undefined,
  );
  return { report, writes, events };
}

describe('a step report', () => {
  it('writes output in order, and what comes during a write with the next one', async () => {
    const { report, writes } = makeReport();
    report.output('a');
    await turn();
    report.output('b');
    report.output('c');
    writes[0]?.done.resolve();
    await turn();
    assert.deepEqual(
      writes.map(({ text }) => text),
      ['a', 'bc'],
    );
    writes[1]?.done.resolve();
    assert.equal(await report.settled(), 3);
  });

  it('fails where it is waited for when the log cannot be written, and nowhere else', async () => {
    const { report, writes } = makeReport();
    const unheard: unknown[] = [];
    const hear = (reason: unknown) => void unheard.push(reason);
    process.on('unhandledRejection', hear);
    report.output('a');
    await turn();
    writes[0]?.done.reject(new TowlineError('journal-failed', { why: 'full' }));
    await turn();
    report.output('b');
    await turn();
    process.off('unhandledRejection', hear);
    await assert.rejects(report.settled(), { code: 'journal-failed' });
    assert.deepEqual([unheard, writes.length], [[], 1]);
  });

  it('says each change of a substep once, and goes on where the journal fails', async () => {
    const { report, events } = makeReport();
    report.substep('1', 'FROM', 'started');
    report.substep('1', 'FROM', 'started');
    report.substep('1', 'FROM', 'done');
    report.notice('look');
    await turn();
    assert.deepEqual(
      events.map((event) => (event.type === 'substep' ? event.state : event.type)),
      ['started', 'done', 'notice'],
    );
  });

  it('has nothing to wait for without output', async () =>
    assert.equal(await makeReport().report.settled(), 0));
});

describe('logName', () => {
  it('is a file name for services of any name', () => {
    assert.equal(logName('a/b c', 'test'), 'a%2Fb%20c.test');
  });
});
