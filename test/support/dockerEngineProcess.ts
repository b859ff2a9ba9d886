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
 * A second Docker engine that shares nothing with the machine's own and may be killed. It has a network of its
 * own, for an engine takes the bridge `docker0` as its own or, with `--bridge none`, removes it; and mounts and
 * processes of its own, so that nothing it ran outlives it.
 */
export async function startOwnEngine(folder: string): Promise<OwnEngine> {
  const host = `unix://${join(folder, 'engine.sock')}`;
  const child = spawn(
    namespaceProgram,
    [
      ...['--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc', '--', engineProgram],
      ...['--host', host, '--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec')],
      ...['--pidfile', join(folder, 'engine.pid'), '--iptables=false'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-4000);
  });
  const kill = () => end(child, 'SIGKILL');
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
      await kill();
      await rm(join(folder, 'data'), { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill(signal);
  // The engine is a child of this child, which it outlives by a moment; its end closes the pipe they share.
  await once(child, 'close');
}
