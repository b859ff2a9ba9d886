import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { executeOrThrow } from '../lab/execute.ts';

const author = ['-c', 'user.name=Bench', '-c', 'user.email=bench@towline.invalid'];

/** A committed repository with these files, and a bare remote beside it (`<folder>.git`) when asked for. */
export async function generateRepository(
  folder: string,
  files: Iterable<readonly [path: string, content: string]>,
  options: { readonly remote: boolean },
): Promise<void> {
  for (const [path, content] of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  const git = (...args: string[]) => executeOrThrow('git', [...author, ...args], { cwd: folder });
  await git('init', '--quiet', '--initial-branch=main');
  for (const setting of author.filter((word) => word !== '-c')) {
    const [name = '', value = ''] = setting.split('=');
    await git('config', name, value);
  }
  await git('config', 'commit.gpgSign', 'false');
  // A collection in the background would be part of whatever is timed then.
  await git('config', 'gc.auto', '0');
  await git('config', 'maintenance.auto', 'false');
  await git('add', '--all');
  await git('commit', '--quiet', '--no-verify', '--message=Add everything');
  if (!options.remote) return;
  await executeOrThrow('git', ['init', '--quiet', '--bare', '--initial-branch=main', `${folder}.git`]);
  await git('remote', 'add', 'origin', `${folder}.git`);
  await git('push', '--quiet', '--no-verify', '--set-upstream', 'origin', 'main');
  await git('remote', 'set-head', 'origin', 'main');
}
