import { access, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, executeOrThrow } from './execute.ts';

export type Say = (line: string) => void;

/** Whether this is Debian (or made from it), where packages come from apt-get. */
export async function isDebian(): Promise<boolean> {
  return (await exists('/etc/debian_version')) && (await findProgram('apt-get')) !== undefined;
}

export async function mayInstallPackages(): Promise<boolean> {
  return process.getuid?.() === 0 && (await isDebian());
}

/** apt-get refuses to run beside itself: this waits for another program's, `alone` for this process's own. */
const waitForLock = ['-o', 'DPkg::Lock::Timeout=600'];
let lastOfApt: Promise<unknown> = Promise.resolve();

/** Installs Debian packages after saying so. Throws with apt-get's own words. */
export async function installPackages(packages: readonly string[], say: Say): Promise<void> {
  say(`Installing ${packages.join(', ')} with apt-get`);
  const install = ['-qq', ...waitForLock, 'install', '-y', '--no-install-recommends', ...packages];
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await alone(async () => {
    if ((await execute('apt-get', install, { env })).code === 0) return;
    // A new machine has no package lists yet, an old one has lists of packages that are gone.
    await executeOrThrow('apt-get', ['-qq', ...waitForLock, 'update'], { env });
    await executeOrThrow('apt-get', install, { env });
  });
}

/** Unpacks packages into a folder without installing them. */
export async function unpackPackages(packages: readonly string[], folder: string): Promise<void> {
  const downloads = await mkdtemp(join(tmpdir(), 'towline-packages-'));
  try {
    // apt-get's own sandbox user may not write to a folder of root's.
    const download = ['-qq', '-o', 'APT::Sandbox::User=root', 'download', ...packages];
    await alone(async () => {
      if ((await execute('apt-get', download, { cwd: downloads })).code === 0) return;
      await execute('apt-get', ['-qq', 'update']);
      await executeOrThrow('apt-get', download, { cwd: downloads });
    });
    for (const file of await readdir(downloads))
      await executeOrThrow('dpkg-deb', ['-x', join(downloads, file), folder]);
  } finally {
    await rm(downloads, { recursive: true, force: true });
  }
}

/** The cluster's parts are fetched while the engine is installed. */
async function alone(action: () => Promise<void>): Promise<void> {
  const mine = lastOfApt.then(action, action);
  lastOfApt = mine;
  await mine;
}

/** The first file of that name on PATH that can be executed. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (process.env.PATH ?? '').split(':').filter((part) => part !== '')) {
    const path = join(folder, name);
    if (await exists(path, 1)) return path;
  }
  return undefined;
}

export function exists(path: string, mode = 0): Promise<boolean> {
  return access(path, mode).then(
    () => true,
    () => false,
  );
}
