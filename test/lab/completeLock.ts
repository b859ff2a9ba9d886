import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { completePackages, findMissingPackages } from './lockFile.ts';

/** `node test/lab/completeLock.ts`: after `npm install` where the registry lacks packages of other platforms. */
const file = join(import.meta.dirname, '../../package-lock.json');
const lock = JSON.parse(await readFile(file, 'utf8'));
for (const { name, version } of findMissingPackages(lock.packages)) console.log(`added ${name}@${version}`);
await writeFile(
  file,
  `${JSON.stringify({ ...lock, packages: completePackages(lock.packages) }, undefined, 2)}\n`,
);
