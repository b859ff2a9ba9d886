import { copyFile, cp, mkdir, mkdtemp, readFile, realpath, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { exists, installPackages, mayInstallPackages } from './debianPackages.ts';
import { ensureEngine } from './engine.ts';
import { execute, executeOrThrow, runVisibly } from './execute.ts';

/**
 * Proves that the README's commands do all the set-up: makes a minimal Debian 12 with Git and this machine's
 * own Node.js (the first on PATH that is not the project's) in a folder, clones HEAD into it, and runs the
 * commands there as root. Mounts, processes and network are namespaces of their own, so the Docker engine
 * that the commands install and start is not this machine's. Debian and root only; nothing stays behind.
 *
 *   node test/lab/bareRoot.ts [--keep] [--run 'npm ci && npm test']
 */
const root = join(import.meta.dirname, '../..');
const namespace = `towline-bare-${process.pid}`;

/**
 * Runs inside the new namespaces; $1 is the root folder, $2 the command. A mere chroot is not enough: dockerd
 * remounts `/`, which therefore has to be a mount.
 */
const enterScript = `
set -e
mount --make-rprivate /
mount --bind "$1" "$1"
mount -t proc proc "$1/proc"
mount --rbind /sys "$1/sys"
mount --rbind /dev "$1/dev"
mount -t tmpfs tmpfs "$1/run"
cd "$1"
mkdir .outside
pivot_root . .outside
exec chroot . /bin/sh -c "umount -l /.outside && rmdir /.outside && cd /root/towline && $2" </dev/null
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      keep: { type: 'boolean', default: false },
      run: { type: 'string', default: 'npm ci && npm run demo && npm run demo' },
    },
  });
  if (!(await mayInstallPackages())) throw new Error('This needs Debian and root.');
  // Its bridge is the way out of the namespace.
  await ensureEngine({ install: true, say });
  if ((await execute('mmdebstrap', ['--version'])).code !== 0) await installPackages(['mmdebstrap'], say);

  const folder = await mkdtemp(join(tmpdir(), 'towline-bare-'));
  try {
    await makeRoot(folder);
    await connectNamespace();
    const { PATH, HOME } = {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      HOME: '/root',
    };
    const environment = { PATH, HOME, LANG: 'C.UTF-8', CI: 'true', ...(await npmEnvironment()) };
    say(`Running in the bare root: ${values.run}`);
    return await runVisibly('nsenter', [
      `--net=/run/netns/${namespace}`,
      ...['unshare', '--mount', '--pid', '--fork', '--kill-child'],
      ...['env', '-i', ...Object.entries(environment).map(([name, value]) => `${name}=${value}`)],
      ...['/bin/sh', '-c', enterScript, 'sh', folder, values.run],
    ]);
  } finally {
    await execute('ip', ['netns', 'delete', namespace]);
    if (values.keep) say(`Kept ${folder}`);
    else await executeOrThrow('rm', ['-rf', '--one-file-system', folder]);
  }
}

async function makeRoot(folder: string): Promise<void> {
  const release =
    /^VERSION_CODENAME=(\w+)/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1] ?? 'bookworm';
  const sources = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'];
  const source = (await exists(sources[0] ?? '')) ? sources[0] : sources[1];
  say(`Making a bare Debian ${release} in ${folder}`);
  await executeOrThrow('mmdebstrap', [
    ...['--quiet', '--mode=root', '--variant=minbase', '--include=ca-certificates,git,mount'],
    ...[release, folder, ...(source === undefined ? [] : [source])],
  ]);

  const search = (process.env.PATH ?? '').split(':').filter((part) => !part.includes('node_modules'));
  const environment = { env: { PATH: search.join(':') } };
  const node = await executeOrThrow('node', ['-p', 'process.execPath'], environment);
  const npm = await executeOrThrow('npm', ['root', '--global'], environment);
  await copyFile(node.trim(), join(folder, 'usr/local/bin/node'));
  const modules = 'usr/local/lib/node_modules/npm';
  await cp(await realpath(join(npm.trim(), 'npm')), join(folder, modules), { recursive: true });
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(folder, 'usr/local/bin/npm'));
  await symlink('../lib/node_modules/npm/bin/npx-cli.js', join(folder, 'usr/local/bin/npx'));

  // The ways to the package registries are the machine's own: its name server and the authorities it trusts.
  for (const file of ['etc/resolv.conf', 'etc/ssl/certs/ca-certificates.crt']) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await copyFile(join('/', file), join(folder, file));
  }
  await writeFile(join(folder, 'etc/hosts'), '127.0.0.1 localhost\n');
  await executeOrThrow('git', ['clone', '--quiet', '--no-local', root, join(folder, 'root/towline')]);
}

/** A network namespace with one cable to the engine's bridge, which forwards to the outside. */
async function connectNamespace(): Promise<void> {
  const described = await executeOrThrow('ip', ['-4', '-o', 'addr', 'show', 'docker0']);
  const [, gateway, prefix] = /inet (\d+\.\d+\.\d+\.\d+)\/(\d+)/.exec(described) ?? [];
  if (gateway === undefined || prefix === undefined) throw new Error('The engine has no bridge docker0.');
  const address = gateway.replace(/\.\d+$/, '.250');
  const cable = `bare${process.pid}`;
  await executeOrThrow('ip', ['netns', 'add', namespace]);
  await executeOrThrow('ip', [
    'link',
    'add',
    cable,
    'type',
    'veth',
    'peer',
    'name',
    'eth0',
    'netns',
    namespace,
  ]);
  await executeOrThrow('ip', ['link', 'set', cable, 'master', 'docker0', 'up']);
  const inside = (...args: string[]) => executeOrThrow('ip', ['-n', namespace, ...args]);
  await inside('link', 'set', 'lo', 'up');
  // Not more than what the machine's own way out carries.
  await inside('link', 'set', 'eth0', 'mtu', '1400', 'up');
  await inside('addr', 'add', `${address}/${prefix}`, 'dev', 'eth0');
  await inside('route', 'add', 'default', 'via', gateway);
}

async function npmEnvironment(): Promise<Record<string, string>> {
  const authorities = '/etc/ssl/certs/ca-certificates.crt';
  const registry = (await executeOrThrow('npm', ['config', 'get', 'registry'])).trim();
  return {
    npm_config_registry: registry,
    ...((await exists(authorities))
      ? { NODE_EXTRA_CA_CERTS: authorities, npm_config_cafile: authorities }
      : {}),
  };
}

function say(line: string): void {
  console.log(`bare root: ${line}`);
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
