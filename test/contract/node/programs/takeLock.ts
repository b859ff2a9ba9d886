import { readSync, writeSync } from 'node:fs';
import { acquireLock } from '../../../../src/adapters/node/lockFile.ts';

/** Says `ready`, waits for a byte, tries for the lock of the first argument, says what came of it, holds it until its input ends. */
const [path = ''] = process.argv.slice(2);
const byte = Buffer.alloc(1);
writeSync(1, 'ready\n');
readSync(0, byte);
writeSync(1, 'release' in acquireLock(path) ? 'won\n' : 'lost\n');
process.stdin.resume();
