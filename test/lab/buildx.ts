import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, mayInstallPackages, unpackFromRelease } from './debianPackages.ts';
import type { EnsureOptions } from './engine.ts';
import { execute } from './execute.ts';
import { labCache } from './labCache.ts';

/** The first release of Debian that packages it; it is one static program. */
const release = 'trixie';
const packageName = 'docker-buildx';
const packagedAt = `usr/libexec/docker/cli-plugins/${packageName}`;

/**
 * Variables under which `docker buildx` works: none where it does anyway. On Debian as root, with `install`, the
 * plugin is unpacked into the user's cache, in a folder of settings of its own for `docker`; nothing is installed.
 * Throws with the reason where there is none to be had.
 */
export async function ensureBuildx({
  install,
  say,
}: EnsureOptions): Promise<Readonly<Record<string, string>>> {
  if (await works({})) return {};
  if (!install || !(await mayInstallPackages())) throw new Error('docker buildx is not installed');
  const folder = join(labCache(), `buildx-${release}`);
  const settings = { DOCKER_CONFIG: folder };
  if (await exists(folder)) {
    if (await works(settings)) return settings;
    await rm(folder, { recursive: true });
  }
  say(`Unpacking ${packageName} of Debian ${release} into ${folder}`);
  await mkdir(labCache(), { recursive: true });
  const making = await mkdtemp(join(labCache(), 'buildx-'));
  try {
    await unpackFromRelease(release, [packageName], join(making, 'package'));
    const plugins = join(making, 'settings/cli-plugins');
    await mkdir(plugins, { recursive: true });
    await copyFile(join(making, 'package', packagedAt), join(plugins, packageName));
    await writeFile(join(making, 'settings/config.json'), '{}\n');
    await rename(join(making, 'settings'), folder);
  } finally {
    await rm(making, { recursive: true, force: true });
  }
  if (await works(settings)) return settings;
  throw new Error(`docker does not take ${packageName} of Debian ${release}`);
}

async function works(env: Readonly<Record<string, string>>): Promise<boolean> {
  return (await execute('docker', ['buildx', 'version'], { env })).code === 0;
}
