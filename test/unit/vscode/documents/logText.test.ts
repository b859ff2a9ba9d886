import assert from 'node:assert/strict';
import { createLogText } from '../../../../src/vscode/documents/logText.ts';

/** A log file that grows, read as the journal store reads it. */
function makeFile(): {
  write(text: string): void;
  read: Parameters<ReturnType<typeof createLogText>['append']>[0];
} {
  let bytes = Buffer.alloc(0);
  return {
    write(text) {
      bytes = Buffer.concat([bytes, Buffer.from(text)]);
    },
    read: async (offset) => ({ text: bytes.subarray(offset).toString(), size: bytes.length }),
  };
}

describe('a log as it is shown', () => {
  const shown = (log: ReturnType<typeof createLogText>) => Buffer.from(log.bytes()).toString();

  it('grows by whole lines and shows the one that is not whole yet', async () => {
    const file = makeFile();
    const log = createLogText();
    file.write('grün\nhal');
    assert.equal(await log.append(file.read), true);
    assert.equal(shown(log), 'grün\nhal');
    assert.equal(await log.append(file.read), false);
    file.write('b\n');
    await log.append(file.read);
    assert.equal(shown(log), 'grün\nhalb\n');
    assert.equal(log.size, Buffer.byteLength('grün\nhalb\n'));
  });

  it('drops colours and shows controls', async () => {
    const file = makeFile();
    const log = createLogText();
    file.write('\x1b[31mred\x1b[0m\n\x1b[2Jgone\r\n');
    await log.append(file.read);
    assert.equal(shown(log), 'red\n\\u{1b}[2Jgone\n');
  });

  it('takes 50,000 lines without holding up the event loop', async () => {
    const file = makeFile();
    const log = createLogText();
    const text = `${'\x1b[32m✔\x1b[0m a line of a log as tests write them, with some length to it'}\n`.repeat(
      50_000,
    );
    file.write(text);
    let longest = 0;
    let last = performance.now();
    const watch = setInterval(() => undefined, 1);
    const turn = (): void => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
      turning = setImmediate(turn);
    };
    let turning = setImmediate(turn);
    await log.append(file.read);
    clearImmediate(turning);
    clearInterval(watch);
    assert.equal(shown(log).split('\n').length, 50_001);
    assert.ok(longest < 250, `${Math.round(longest)} ms`);
  });
});
