import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';

/** One changed line of the api's source, committed. */
export async function changeLine(repository: string, text: string): Promise<void> {
  const file = join(repository, 'services/api/src/products.js');
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => !line.startsWith('// Round: '));
  await writeFile(file, [`// Round: ${text}`, ...lines].join('\n'));
  const git = (...args: string[]) => executeOrThrow('git', args, { cwd: repository });
  await git('commit', '--quiet', '--all', '--no-verify', `--message=Change a line (${text})`);
}
