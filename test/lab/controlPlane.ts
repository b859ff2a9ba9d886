import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort, prepareCluster } from './cluster.ts';
import { execute, executeOrThrow } from './execute.ts';

/** An API server with its store and controllers, and no node: for what would disturb others. */
export interface ControlPlane {
  readonly kubeconfig: string;
  /** `https://127.0.0.1:port` */
  readonly server: string;
  /** Folder with `ca.crt` and `ca.key`, which sign client certificates as well. */
  readonly authorityFolder: string;
  /** Kills the API server; the store stays. */
  kill(): Promise<void>;
  /** Starts it again as it was; resolves when it is ready. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const startLimit = 60_000;

/** Built from Debian's source like the lab's cluster, in five seconds once that is built. Throws with the reason where there can be none. */
export async function startControlPlane(): Promise<ControlPlane> {
  const programs = await prepareCluster({ install: false, say: () => undefined });
  const folder = await mkdtemp(join(tmpdir(), 'towline-control-'));
  const run = join(folder, 'run');
  const port = await freePort();
  const scripts = join(import.meta.dirname, 'cluster');
  const env = { LAB_PORT: String(port), LAB_ETCD: String(await freePort()) };
  const stop = async (): Promise<void> => {
    await execute('bash', [join(scripts, 'down.sh'), programs, run], { timeout: 120 });
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await executeOrThrow('bash', [join(scripts, 'up.sh'), programs, run, 'control'], { env, timeout: 180 });
  } catch (error) {
    await stop();
    throw error;
  }
  const pidFile = join(run, 'pid/apiserver');
  const authorityFolder = join(run, 'pki');
  const pid = Number(await readFile(pidFile, 'utf8'));
  // As it was started, to the letter.
  const words = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0').filter(Boolean);
  const server = `https://127.0.0.1:${port}`;
  return {
    kubeconfig: join(run, 'kubeconfig'),
    server,
    authorityFolder,
    stop,
    async kill() {
      const current = Number(await readFile(pidFile, 'utf8'));
      process.kill(current, 'SIGKILL');
      while (await exists(current)) await pause(20);
    },
    async restart() {
      const log = await open(join(run, 'log/apiserver.log'), 'a');
      const [program = '', ...args] = words;
      const child = spawn(join(programs, program), args, {
        cwd: run,
        stdio: ['ignore', log.fd, log.fd],
        detached: true,
      });
      await once(child, 'spawn');
      child.unref();
      await log.close();
      await writeFile(pidFile, String(child.pid));
      const ca = await readFile(join(authorityFolder, 'ca.crt'));
      const end = Date.now() + startLimit;
      while (!(await isReady(`${server}/readyz`, ca))) {
        if (Date.now() > end) throw new Error('The API server is not ready again.');
        await pause(100);
      }
    },
  };
}

async function exists(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return status !== undefined && !status.includes(') Z ');
}

function isReady(address: string, ca: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    get(address, { ca, agent: false }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    }).on('error', () => resolve(false));
  });
}
