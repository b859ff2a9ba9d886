import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const terminal = pathToFileURL(join(import.meta.dirname, '../../../src/cli/terminal.ts')).href;

/** A process in which nothing else is left that could keep it: not even the timer that ends the wait. */
const program = `
  const { untilEnter } = await import('${terminal}');
  const cancel = new AbortController();
  setTimeout(() => cancel.abort(), 100).unref();
  await untilEnter({ interactive: false }, cancel.signal);
  console.log('let go');
`;

describe('waiting for Enter', () => {
  it('keeps the process where there is no terminal, until it is cancelled', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--input-type=module',
      '--eval',
      program,
    ]);
    assert.equal(stdout, 'let go\n');
  });
});
