import { readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { acquireLock } from '../../../../src/adapters/node/lockFile.ts';

/**
 * Adds one to the number in `count` as many times as told; loses some unless nobody else does so meanwhile.
 * Every third time it leaves the lock as a process would that dies in that moment.
 */
const [folder = '', times = '0'] = process.argv.slice(2);
const count = join(folder, 'count');
const locks = join(folder, 'locks');
const own = `"process":${process.pid},`;

/** Others' files may vanish meanwhile. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function leaveAsDead(): void {
  for (const name of readdirSync(locks)) {
    const path = join(locks, name);
    const text = readIfThere(path);
    if (!text.includes(own)) continue;
    writeFileSync(join(folder, String(process.pid)), text.replace(own, `"process":${2 ** 30},`));
    renameSync(join(folder, String(process.pid)), path);
  }
}

for (let time = 0; time < Number(times); ) {
  const lock = acquireLock(join(locks, 'lock'));
  if (!('release' in lock)) continue;
  const before = Number(readFileSync(count, 'utf8'));
  await new Promise(setImmediate);
  writeFileSync(count, String(before + 1));
  if (time % 3 === 0) leaveAsDead();
  else lock.release();
  time += 1;
}
