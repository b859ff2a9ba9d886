import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../lab/debianPackages.ts';
import { waitUntil } from './cliProcess.ts';
import { docker } from './cliWorkspace.ts';

/** A Docker engine of the test's own. */
export interface OwnEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Ends it as an operating system does. */
  stop(): Promise<void>;
}

/** Why this machine cannot have a second engine; undefined when it can. */
export async function whyNoOwnEngine(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a second engine needs root on Linux';
  return (await findProgram('dockerd')) ? undefined : 'there is no dockerd to start a second engine with';
}

export async function startOwnEngine(): Promise<OwnEngine> {
  // Socket paths are short.
  const folder = mkdtempSync(join(tmpdir(), 'tl-'));
  const socket = join(folder, 's');
  // RUN wants a network. The machine's engine makes one, so that nothing has to be known about making it.
  const bridge = `tl${randomBytes(4).toString('hex')}`;
  docker('network', 'create', '--internal', '--opt', `com.docker.network.bridge.name=${bridge}`, bridge);
  const child = spawn(
    'dockerd',
    [
      ...[
        '--host',
        `unix://${socket}`,
        '--data-root',
        join(folder, 'data'),
        '--exec-root',
        join(folder, 'x'),
      ],
      ...['--pidfile', join(folder, 'pid'), '--bridge', bridge, '--iptables=false', '--ip6tables=false'],
      ...['--ip-forward=false', '--storage-driver', 'vfs', '--shutdown-timeout', '1'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = `${log}${text}`.slice(-4000);
  });
  const stop = () => end(child);
  const remove = async () => {
    await stop();
    docker('network', 'rm', bridge);
    for (const mount of mountsBelow(folder)) execFileSync('umount', ['--lazy', mount]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitUntil('the second engine answers', () => {
      if (child.exitCode !== null) throw new Error(`dockerd ended at once:\n${log}`);
      return answers(socket);
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return { host: `unix://${socket}`, stop, [Symbol.asyncDispose]: remove };
}

/** An engine that ends in the middle of a build leaves the build's file systems. */
function mountsBelow(folder: string): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return mounts
    .flatMap((line) => line.split(' ')[1] ?? [])
    .filter((path) => path.startsWith(`${folder}/`))
    .reverse();
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ socketPath, path: '/_ping' }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('error', () => resolve(false))
      .end();
  });
}
