import { access, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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
  await unpack(packages, folder, []);
}

/** The same from another release on this machine's own mirror; what apt-get knows of the system stays as it is. */
export async function unpackFromRelease(
  release: string,
  packages: readonly string[],
  folder: string,
): Promise<void> {
  const state = await mkdtemp(join(tmpdir(), 'towline-release-'));
  try {
    const sources = join(state, 'sources.list');
    await writeFile(sources, `deb [signed-by=${keyring}] ${await findMirror()} ${release} main\n`);
    const [lists, cache] = [join(state, 'lists'), join(state, 'cache')];
    for (const place of [lists, cache]) await mkdir(place);
    await unpack(packages, folder, [
      ...['-o', `Dir::Etc::SourceList=${sources}`, '-o', 'Dir::Etc::SourceParts=/dev/null'],
      ...['-o', `Dir::State::Lists=${lists}`, '-o', `Dir::Cache=${cache}`],
    ]);
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** Keys of all releases that Debian still signs. */
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Where this machine's own release comes from. */
async function findMirror(): Promise<string> {
  const wanted = ['--format', '$(REPO_URI)', 'Created-By: Packages', 'Origin: Debian', 'Label: Debian'];
  const [mirror = ''] = (await executeOrThrow('apt-get', ['indextargets', ...wanted])).split('\n');
  if (mirror === '') throw new Error('apt-get has no package lists yet: run apt-get update');
  return mirror;
}

async function unpack(packages: readonly string[], folder: string, place: readonly string[]): Promise<void> {
  const downloads = await mkdtemp(join(tmpdir(), 'towline-packages-'));
  try {
    // apt-get's own sandbox user may not write to a folder of root's.
    const asRoot = ['-qq', ...place, '-o', 'APT::Sandbox::User=root'];
    const download = [...asRoot, 'download', ...packages];
    await alone(async () => {
      if ((await execute('apt-get', download, { cwd: downloads })).code === 0) return;
      await execute('apt-get', [...asRoot, 'update']);
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
