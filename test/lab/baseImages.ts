import { chmod, copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exists, findProgram, isDebian, type Say, unpackPackages } from './debianPackages.ts';
import { execute, executeOrThrow } from './execute.ts';

export interface BaseImages {
  readonly node: string;
  readonly python: string;
  /** Made here from Debian's packages, because this machine can pull nothing. */
  readonly standIns: boolean;
}

/** What the sample's Dockerfiles name. */
const publicImages: BaseImages = { node: 'node:24-slim', python: 'python:3.13-slim', standIns: false };
const standIns: BaseImages = { node: 'local/node:24', python: 'local/python:3', standIns: true };

/** Raised when the way a stand-in is made changes, so that older ones are made again. */
const recipe = 'towline.lab.recipe=1';

/**
 * Images that the sample can be built on: the public ones where they are here or can be pulled, else
 * stand-ins from this machine's Node.js and Debian's Python (no package managers inside; about 10 s).
 */
export async function ensureBaseImages(say: Say): Promise<BaseImages> {
  if (await pullPublicImages(say)) return publicImages;
  if (!((await isDebian()) && (await findProgram('apt-get')))) {
    throw new Error(
      `The engine can neither find nor pull ${publicImages.node} and ${publicImages.python}.\n` +
        'Give it access to a registry that has them (docker pull), then try again.',
    );
  }
  const makers = [
    { image: standIns.node, make: fillNodeRoot, command: 'node' },
    { image: standIns.python, make: fillPythonRoot, command: 'python3' },
  ];
  for (const { image, make, command } of makers) {
    if (await hasStandIn(image)) continue;
    say(`No public base image can be pulled here; making ${image} from this machine's files`);
    await importImage(image, command, make);
  }
  return standIns;
}

async function pullPublicImages(say: Say): Promise<boolean> {
  const missing: string[] = [];
  for (const image of [publicImages.node, publicImages.python])
    if ((await execute('docker', ['image', 'inspect', image])).code !== 0) missing.push(image);
  if (missing.length === 0) return true;
  // 13 kB that tell within seconds whether this machine can pull at all.
  if ((await execute('docker', ['pull', '--quiet', 'hello-world'], { timeout: 20 })).code !== 0) return false;
  for (const image of missing) {
    say(`Pulling ${image}`);
    await executeOrThrow('docker', ['pull', '--quiet', image], { timeout: 600 });
  }
  return true;
}

async function hasStandIn(image: string): Promise<boolean> {
  const found = await execute('docker', ['image', 'inspect', '--format', '{{json .Config.Labels}}', image]);
  const [key = '', value = ''] = recipe.split('=');
  return found.code === 0 && found.stdout.includes(`"${key}":"${value}"`);
}

/** Makes an image of one layer out of a folder; no build is needed for that. */
async function importImage(
  image: string,
  command: string,
  fillRoot: (root: string) => Promise<void>,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'towline-image-'));
  try {
    const root = join(work, 'root');
    for (const folder of ['bin', 'etc', 'root', 'usr/bin', 'app'])
      await mkdir(join(root, folder), { recursive: true });
    await mkdir(join(root, 'tmp'), { mode: 0o1777 });
    await chmod(join(root, 'tmp'), 0o1777);
    await fillRoot(root);
    await addBusybox(root, work);
    await writeFile(
      join(root, 'etc/passwd'),
      'root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000:app:/app:/bin/sh\n',
    );
    await writeFile(join(root, 'etc/group'), 'root:x:0:\napp:x:1000:\n');
    await writeFile(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
    const tar = join(work, 'root.tar');
    await executeOrThrow('tar', [
      '--create',
      '--owner=0',
      '--group=0',
      '--numeric-owner',
      `--file=${tar}`,
      '-C',
      root,
      '.',
    ]);
    const changes = [
      'ENV PATH=/usr/local/bin:/usr/bin:/bin',
      'WORKDIR /app',
      `CMD ["${command}"]`,
      `LABEL ${recipe}`,
    ];
    await executeOrThrow('docker', [
      'import',
      ...changes.flatMap((change) => ['--change', change]),
      tar,
      image,
    ]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** This process's own Node.js with the libraries it is linked to. */
async function fillNodeRoot(root: string): Promise<void> {
  await copyFile(process.execPath, join(root, 'bin/node'));
  if (await findProgram('strip')) await executeOrThrow('strip', [join(root, 'bin/node')]);
  const linked = await executeOrThrow('ldd', [process.execPath]);
  for (const [, library] of linked.matchAll(/(?:=>\s+|^\s+)(\/\S+)/gm)) {
    if (library === undefined) continue;
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  if (!(await exists(authorities))) return;
  await mkdir(join(root, dirname(authorities)), { recursive: true });
  await copyFile(authorities, join(root, authorities));
}

/** Debian's Python with its standard library, and the libraries that its modules load. */
async function fillPythonRoot(root: string): Promise<void> {
  const listed = await executeOrThrow('apt-cache', [
    ...['depends', '--recurse', '--no-recommends', '--no-suggests', '--no-enhances', '--no-conflicts'],
    ...['--no-breaks', '--no-replaces', '--no-pre-depends', 'python3'],
  ]);
  const wanted =
    /^(python3\.\d+-minimal|libpython3\.\d+-(minimal|stdlib)|libc6|zlib1g|libexpat1|libssl3(t64)?|libffi8|libbz2-1\.0|liblzma5|libcrypt1|libuuid1)$/;
  const packages = [...new Set(listed.split('\n').filter((line) => wanted.test(line)))];
  await unpackPackages(packages, root);
  for (const folder of ['doc', 'man', 'locale'])
    await rm(join(root, 'usr/share', folder), { recursive: true, force: true });
  const interpreter = packages
    .map((name) => /^(python3\.\d+)-minimal$/.exec(name)?.[1])
    .find((name) => name !== undefined);
  if (interpreter === undefined)
    throw new Error(`Debian's python3 depends on no python3.x-minimal: ${packages.join(', ')}`);
  await symlink(interpreter, join(root, 'usr/bin/python3'));
}

async function addBusybox(root: string, work: string): Promise<void> {
  const unpacked = join(work, 'busybox');
  await unpackPackages(['busybox-static'], unpacked);
  const binary = join(
    unpacked,
    (await exists(join(unpacked, 'bin/busybox'))) ? 'bin/busybox' : 'usr/bin/busybox',
  );
  await copyFile(binary, join(root, 'bin/busybox'));
  for (const applet of (await executeOrThrow(binary, ['--list'])).trim().split('\n'))
    await symlink('busybox', join(root, 'bin', applet)).catch(keepExisting);
  await symlink('/bin/busybox', join(root, 'usr/bin/env')).catch(keepExisting);
}

function keepExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}
