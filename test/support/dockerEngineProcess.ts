import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface OwnEngine extends AsyncDisposable {
  /** As DOCKER_HOST takes it. */
  readonly host: string;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

const engineProgram = '/usr/sbin/dockerd';
const namespaceProgram = '/usr/bin/unshare';

/** Whether this user can start an engine of its own here. */
export function canStartEngine(): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    [engineProgram, namespaceProgram].every((program) => existsSync(program))
  );
}

/**
 * A second Docker engine that shares nothing with the machine's own and may be killed. It has network and
 * mounts of its own: an engine takes the bridge `docker0` for its own or, with `--bridge none`, removes it, and
 * one that is killed leaves its mounts behind.
 */
export async function startOwnEngine(folder: string): Promise<OwnEngine> {
  const host = `unix://${join(folder, 'engine.sock')}`;
  const child = spawn(
    namespaceProgram,
    [
      ...['--net', '--mount', '--', engineProgram],
      ...['--host', host, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'engine.pid'), '--iptables=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const kill = async () => {
    await end(child, 'SIGKILL');
    await endContainerd(folder);
  };
  for (const limit = Date.now() + 30_000; !log.includes('API listen on'); await wait(20)) {
    if (child.exitCode !== null || Date.now() > limit) {
      await kill();
      throw new Error(`The engine does not start:\n${log}`);
    }
  }
  return {
    host,
    kill,
    async [Symbol.asyncDispose]() {
      await end(child, 'SIGTERM');
      await endContainerd(folder);
      await rm(join(folder, 'data'), { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  await once(child, 'exit');
}

/** An engine that was killed leaves its containerd and what that ran. */
async function endContainerd(folder: string): Promise<void> {
  const { readdir, readFile } = await import('node:fs/promises');
  for (let round = 0; round < 50; round++) {
    const mine: number[] = [];
    for (const name of await readdir('/proc')) {
      if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
      const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
      if (command.includes(join(folder, 'exec'))) mine.push(Number(name));
    }
    if (mine.length === 0) return;
    for (const pid of mine) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await wait(20);
  }
}
