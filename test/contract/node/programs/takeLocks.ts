import { readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../../../../src/adapters/node/lockFile.ts';

/** Says `ready`, waits for a byte, tries for every lock `0`, `1`, … of a folder, says which it has got, holds them until killed. */
const [folder = '', count = '0'] = process.argv.slice(2);
const names = Array.from({ length: Number(count) }, (_, index) => String(index));
writeSync(1, 'ready\n');
readSync(0, Buffer.alloc(1));
const won = names.filter((name) => 'release' in acquireLock(join(folder, name)));
writeSync(1, `${won.join(' ')}\n`);
process.stdin.resume();
