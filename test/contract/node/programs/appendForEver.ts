import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { watchFolder } from '../../../../src/adapters/chokidar/watchFolder.ts';
import { openJournalStore } from '../../../../src/adapters/node/nodeJournalStore.ts';

/** Appends numbered, checksummed lines to a new run below the folder of the first argument; says each number once it is on disk. */
const [folder = '', padding = '0'] = process.argv.slice(2);
const run = await openJournalStore(folder, watchFolder).createRun();
for (let number = 1; ; number += 1) {
  const record = `${number}:${'x'.repeat(Number(padding))}`;
  const line = `${createHash('sha256').update(record).digest('hex')} ${record}\n`;
  await run.append(Buffer.from(line));
  writeSync(1, `${number}\n`);
}
