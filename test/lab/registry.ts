import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findProgram, installPackages, mayInstallPackages } from './debianPackages.ts';
import type { EnsureOptions } from './engine.ts';
import { execute, executeOrThrow } from './execute.ts';

export interface RegistryOptions {
  /** Loopback port; any free one when absent. */
  readonly port?: number;
  /** Where blobs are kept, created when missing and left there by `stop`; a folder of its own when absent. */
  readonly storage?: string;
  /** Ask for `registryCredential`. */
  readonly auth?: boolean;
  /** Speak TLS with a certificate of its own. */
  readonly tls?: boolean;
  readonly allowDelete?: boolean;
  readonly readOnly?: boolean;
}

export interface LabRegistry extends AsyncDisposable {
  /** `127.0.0.1:port`, as image names take it; the engine accepts it without TLS. */
  readonly host: string;
  readonly port: number;
  /** With scheme, without a slash at the end. */
  readonly url: string;
  /** PEM file of the certificate, with `tls`. */
  readonly certificate: string | undefined;
  /** What the registry has logged until now. */
  readLog(): Promise<string>;
  stop(): Promise<void>;
}

/** The one user of a registry with `auth`. */
export const registryCredential = { username: 'towline', password: 'harbour' } as const;
// bcrypt of that password, the only kind of hash the registry takes.
const htpasswd = 'towline:$2b$05$towlinetowlinetowlineuIeHU4BBpPgb0sW3AbD7oaL.QWlgNS9G\n';

const program = 'docker-registry';
const image = 'registry:3';
const startLimit = 30_000;

/**
 * Makes sure that `startRegistry` can work: the packaged program, else the image, which is pulled, else the
 * package is installed after saying so. Throws with what to do.
 */
export async function ensureRegistryProgram({ install, say }: EnsureOptions): Promise<void> {
  if (await findProgram(program)) return;
  if (await hasImage()) return;
  if ((await execute('docker', ['pull', '--quiet', image], { timeout: 120 })).code === 0) return;
  if (install && (await mayInstallPackages())) return await installPackages([program], say);
  throw new Error(
    `There is no registry to test with: neither the program ${program} nor the image ${image} can be had.\n` +
      `On Debian or Ubuntu: sudo apt-get install ${program}. Elsewhere: docker pull ${image}.`,
  );
}

/** Starts a CNCF distribution registry on the loopback; the caller stops it. */
export async function startRegistry(options: RegistryOptions = {}): Promise<LabRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'towline-registry-'));
  try {
    const storage = options.storage ?? join(folder, 'storage');
    await mkdir(storage, { recursive: true });
    if (options.auth) await writeFile(join(folder, 'htpasswd'), htpasswd);
    if (options.tls) await makeCertificate(folder);
    const running = (await findProgram(program))
      ? await startProgram(folder, storage, options)
      : await startContainer(folder, storage, options);
    const stop = async () => {
      await running.stop();
      await rm(folder, { recursive: true, force: true });
    };
    const host = `127.0.0.1:${running.port}`;
    return {
      host,
      port: running.port,
      url: `${options.tls ? 'https' : 'http'}://${host}`,
      certificate: options.tls ? join(folder, 'certificate.pem') : undefined,
      readLog: running.readLog,
      stop,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

interface RunningRegistry {
  readonly port: number;
  readLog(): Promise<string>;
  stop(): Promise<void>;
}

async function startProgram(
  folder: string,
  storage: string,
  options: RegistryOptions,
): Promise<RunningRegistry> {
  const configuration = join(folder, 'config.yml');
  await writeFile(
    configuration,
    describeRegistry(folder, storage, `127.0.0.1:${options.port ?? 0}`, options),
  );
  const child = spawn(program, ['serve', configuration], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  const collect = (data: Buffer) => {
    log += data.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  // A test run that ends early must not leave a server behind.
  const killNow = () => child.kill('SIGKILL');
  process.once('exit', killNow);
  const stop = async () => {
    process.removeListener('exit', killNow);
    await stopChild(child);
  };
  const port = await waitFor(
    () => {
      const listening = /listening on 127\.0\.0\.1:(\d+)/.exec(log)?.[1];
      if (listening) return Number(listening);
      if (child.exitCode !== null) throw new Error(`The registry ended at once:\n${log}`);
      return undefined;
    },
    () => log,
  );
  return { port, stop, readLog: async () => log };
}

async function startContainer(
  folder: string,
  storage: string,
  options: RegistryOptions,
): Promise<RunningRegistry> {
  const configuration = join(folder, 'config.yml');
  await writeFile(configuration, describeRegistry(folder, storage, '0.0.0.0:5000', options));
  // The container's user must be able to remove nothing of ours, and we must be able to remove what it wrote.
  const user = process.getuid && process.getgid ? ['--user', `${process.getuid()}:${process.getgid()}`] : [];
  const id = (
    await executeOrThrow('docker', [
      ...[
        'run',
        '--detach',
        '--label',
        'towline.lab=registry',
        '--publish',
        `127.0.0.1:${options.port ?? 0}:5000`,
      ],
      ...['--volume', `${folder}:${folder}`, '--volume', `${storage}:${storage}`],
      ...[...user, image, configuration],
    ])
  ).trim();
  const readLog = async () => {
    const { stdout, stderr } = await execute('docker', ['logs', id]);
    return stdout + stderr;
  };
  const stop = async () => {
    await execute('docker', ['rm', '--force', '--volumes', id]);
  };
  try {
    const published = await executeOrThrow('docker', ['port', id, '5000/tcp']);
    const port = Number(/:(\d+)$/m.exec(published)?.[1]);
    await waitFor(async () => ((await readLog()).includes('listening on') ? true : undefined), readLog);
    return { port, stop, readLog };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The registry's configuration file: https://distribution.github.io/distribution/about/configuration */
function describeRegistry(
  folder: string,
  storage: string,
  address: string,
  { auth, tls, allowDelete, readOnly }: RegistryOptions,
): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: 'info' },
    storage: {
      filesystem: { rootdirectory: storage },
      delete: { enabled: allowDelete ?? false },
      maintenance: { readonly: { enabled: readOnly ?? false }, uploadpurging: { enabled: false } },
    },
    http: {
      addr: address,
      // Without a secret it warns; uploads in progress are signed with it.
      secret: 'lab',
      ...(tls ? { tls: { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') } } : {}),
    },
    ...(auth ? { auth: { htpasswd: { realm: 'lab', path: join(folder, 'htpasswd') } } } : {}),
  });
}

async function makeCertificate(folder: string): Promise<void> {
  await executeOrThrow('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
    ...['-subj', '/CN=towline-lab', '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'],
    ...['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'certificate.pem')],
  ]);
}

async function hasImage(): Promise<boolean> {
  return (await execute('docker', ['image', 'inspect', '--format', '{{.Id}}', image])).code === 0;
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const killer = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(killer);
}

async function waitFor<T>(
  look: () => Promise<T | undefined> | T | undefined,
  readLog: () => Promise<string> | string,
): Promise<T> {
  const end = Date.now() + startLimit;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`The registry does not start:\n${await readLog()}`);
    await wait(20);
  }
}
