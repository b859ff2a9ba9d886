import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createStores } from '../../../../src/adapters/node/nodeStores.ts';

/** Adds one to the number in `count` as many times as told; loses some unless nobody else does so meanwhile. */
const [folder = '', times = '0'] = process.argv.slice(2);
const { signal } = new AbortController();
const path = join(folder, 'count');
for (let time = 0; time < Number(times); time += 1) {
  await createStores().withLock(
    folder,
    'count',
    async () => {
      const before = Number(readFileSync(path, 'utf8'));
      await new Promise(setImmediate);
      writeFileSync(path, String(before + 1));
    },
    signal,
  );
}
