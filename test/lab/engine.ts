import { spawn } from 'node:child_process';
import { open, readFile, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { findProgram, installPackages, mayInstallPackages, type Say } from './debianPackages.ts';
import { execute } from './execute.ts';

export interface EnsureOptions {
  /** Whether packages may be installed and daemons started where something is missing. */
  readonly install: boolean;
  readonly say: Say;
}

export interface LabEngine {
  readonly version: string;
}

const defaultSocket = '/var/run/docker.sock';
const daemonLog = '/var/log/dockerd.log';
const startLimit = 60_000;

/**
 * A Docker engine that answers, and the `docker` command line to speak to it. Where there is none: on Debian
 * as root, with `install`, it is installed and started after saying so, and outlives this process; elsewhere
 * throws with what to do. Does nothing where an engine answers already.
 */
export async function ensureEngine({ install, say }: EnsureOptions): Promise<LabEngine> {
  const found = await findEngine();
  if (found) return found;
  if (process.env.DOCKER_HOST)
    throw new Error(
      `No Docker engine answers at DOCKER_HOST (${process.env.DOCKER_HOST}): start it, or unset it.`,
    );
  if (!(await mayInstallPackages())) throw new Error(howToGetEngine());
  if (!install)
    throw new Error(`${howToGetEngine()}\nOr let this command do it: add --yes (npm test -- --yes).`);

  say('No Docker engine answers here; on Debian as root this command gets one.');
  if (!(await findProgram('dockerd')))
    await installPackages(['docker.io', 'iptables', 'ca-certificates'], say);
  if (!(await findProgram('docker'))) await installPackages(['docker-cli'], say);
  await startDaemon(say);
  const started = await findEngine();
  if (!started)
    throw new Error(`dockerd runs, but the docker command line cannot reach it (see ${daemonLog}).`);
  return started;
}

/** What `docker version` reaches by DOCKER_HOST, the current context or the default socket. */
export async function findEngine(): Promise<LabEngine | undefined> {
  const answer = await execute('docker', ['version', '--format', '{{.Server.Version}}'], { timeout: 20 });
  return answer.code === 0 ? { version: answer.stdout.trim() } : undefined;
}

async function startDaemon(say: Say): Promise<void> {
  if (await answersPing()) return;
  if (await readLivePid('/var/run/docker.pid', 'dockerd')) say('dockerd is starting already; waiting for it');
  else {
    say(`Starting dockerd (log: ${daemonLog}); it keeps running afterwards`);
    const log = await open(daemonLog, 'a');
    // Detached is a session of its own, so that neither Ctrl+C nor the end of this process reaches the daemon.
    const daemon = spawn('dockerd', [], { detached: true, stdio: ['ignore', log.fd, log.fd] });
    daemon.once('error', (error) => say(`dockerd: ${error.message}`));
    daemon.unref();
    await log.close();
  }
  const end = Date.now() + startLimit;
  while (!(await answersPing())) {
    if (Date.now() > end) {
      const lines = (await readFile(daemonLog, 'utf8').catch(() => '')).trim().split('\n').slice(-5);
      throw new Error(
        `dockerd does not answer after ${startLimit / 1000} s. Its last words:\n${lines.join('\n')}`,
      );
    }
    await wait(100);
  }
}

/**
 * Whether the process of a pid file runs and has that name. A file whose number now belongs to nobody or to
 * another program (a machine that was started again) is removed: dockerd would refuse to start because of it.
 */
async function readLivePid(file: string, name: string): Promise<boolean> {
  const pid = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (pid === '') return false;
  const runs = (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim() === name;
  if (!runs) await rm(file, { force: true });
  return runs;
}

function answersPing(): Promise<boolean> {
  return new Promise((resolve) => {
    const ping = request({ socketPath: defaultSocket, path: '/_ping', timeout: 2000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.once('timeout', () => ping.destroy());
    ping.once('error', () => resolve(false));
    ping.end();
  });
}

function howToGetEngine(): string {
  const next =
    process.platform === 'linux'
      ? 'On Debian or Ubuntu: sudo apt-get install docker.io && sudo systemctl start docker, and be in the group docker.\nElsewhere: https://docs.docker.com/engine/install'
      : 'Install and start Docker Desktop (https://docs.docker.com/desktop), Rancher Desktop or Colima.';
  return `No Docker engine answers (docker version).\n${next}`;
}
