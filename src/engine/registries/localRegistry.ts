import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Ports } from '../ports/ports.ts';

/** Port that kind's published recipe uses; 5000 is taken by AirPlay on macOS. */
export const defaultRegistryPort = 5001;

const containerLabel = 'dev.towline.registry';
const registryImage = 'registry:3';
/** The packaged server of the same distribution, where no image can be pulled. */
const registryProgram = 'docker-registry';

/** How long a started registry may take to answer, milliseconds. */
const startLimit = 15_000;

/** How long a running registry may take to answer, milliseconds. */
const answerLimit = 2_000;

const containerName = `a container of ${registryImage}`;
const programName = `the program ${registryProgram}`;

export type LocalRegistryState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'container'; readonly id: string; readonly running: boolean; readonly port: number }
  | {
      readonly kind: 'program';
      readonly pid: number;
      readonly running: boolean;
      readonly port: number;
      readonly folder: string;
    };

/** Towline's own registry on the loopback: one for the user, shared by all repositories. */
export interface LocalRegistry {
  state(signal: AbortSignal): Promise<LocalRegistryState>;
  /** Starts it at the port, or leaves a running one alone; says how. Throws `registry-not-started`. */
  start(port: number, signal: AbortSignal): Promise<string>;
  stop(signal: AbortSignal): Promise<LocalRegistryState>;
  /** Stops it and removes its images. */
  remove(signal: AbortSignal): Promise<LocalRegistryState>;
}

interface ProgramRecord {
  readonly pid: number;
  readonly port: number;
}

export function createLocalRegistry(ports: Ports, dataFolder: string): LocalRegistry {
  const folder = join(dataFolder, 'registry');
  const recordFile = join(folder, 'registry.json');
  const logFile = join(folder, 'registry.log');
  const { containers, files, processes, registry } = ports;

  async function programState(signal: AbortSignal): Promise<LocalRegistryState | undefined> {
    const text = files.readText(recordFile);
    if (!text) return undefined;
    const { pid, port } = JSON.parse(text) as ProgramRecord;
    // After a restart of the machine the number may be that of any program.
    const running = processes.isAlive(pid) && (await answers(port, signal));
    return { kind: 'program', pid, port, folder, running };
  }

  async function answers(port: number, signal: AbortSignal): Promise<boolean> {
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimit)]);
      await registry.ping(`localhost:${port}`, undefined, limited);
      return true;
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  async function containerState(signal: AbortSignal): Promise<LocalRegistryState | undefined> {
    try {
      const [container] = await containers.listContainers(containerLabel, signal);
      if (!container) return undefined;
      const port =
        Number(container.labels[containerLabel]) || container.ports[0]?.hostPort || defaultRegistryPort;
      return { kind: 'container', id: container.id, running: container.running, port };
    } catch (error) {
      if (TowlineError.is(error, 'engine-unreachable')) return undefined;
      throw error;
    }
  }

  async function state(signal: AbortSignal): Promise<LocalRegistryState> {
    return (await programState(signal)) ?? (await containerState(signal)) ?? { kind: 'absent' };
  }

  async function startContainer(port: number, signal: AbortSignal): Promise<boolean> {
    try {
      if (!(await containers.inspectImage(registryImage, signal)))
        await containers.pullImage(registryImage, undefined, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (
        TowlineError.is(
          error,
          'base-image-missing',
          'registry-unreachable',
          'registry-denied',
          'registry-failed',
        )
      )
        return false;
      throw error;
    }
    const [old] = await containers.listContainers(containerLabel, signal);
    if (old) await containers.stopContainer(old.id, { remove: true, volumes: false }, signal);
    await containers.startContainer(
      {
        name: 'towline-registry',
        image: registryImage,
        labels: { [containerLabel]: String(port) },
        containerPort: 5000,
        hostPort: port,
        volume: { name: 'towline-registry', path: '/var/lib/registry' },
        environment: { REGISTRY_STORAGE_DELETE_ENABLED: 'true', OTEL_TRACES_EXPORTER: 'none' },
      },
      signal,
    );
    return true;
  }

  /** Gives its process; undefined where there is no such program. */
  async function startProgram(port: number): Promise<number | undefined> {
    const program = processes.find(registryProgram);
    if (!program) return undefined;
    await files.makeFolder(folder);
    const configuration = join(folder, 'config.yml');
    await files.writeWhole(configuration, programConfiguration(folder, port));
    const { pid } = await processes.startDetached({
      command: [program, 'serve', configuration],
      folder,
      logFile,
    });
    await files.writeWhole(recordFile, JSON.stringify({ pid, port } satisfies ProgramRecord));
    return pid;
  }

  async function waitUntilReady(port: number, pid: number | undefined, signal: AbortSignal): Promise<void> {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(startLimit)]);
    for (;;) {
      try {
        await registry.ping(`localhost:${port}`, undefined, limited);
        return;
      } catch {
        signal.throwIfAborted();
        if (pid !== undefined && !processes.isAlive(pid))
          throw notStarted(`${registryProgram} ended at once:\n${lastLines(files.readText(logFile) ?? '')}`);
        if (limited.aborted)
          throw notStarted(`nothing answered on localhost:${port} within ${startLimit / 1000} s.`);
        await pause(100);
      }
    }
  }

  async function start(port: number, signal: AbortSignal): Promise<string> {
    const was = await state(signal);
    if (was.kind !== 'absent' && was.running && was.port === port) {
      await waitUntilReady(port, undefined, signal);
      return was.kind === 'container' ? containerName : programName;
    }
    if (was.kind === 'program' && was.running) await processes.end(was.pid);
    if (await startContainer(port, signal)) {
      await waitUntilReady(port, undefined, signal);
      return containerName;
    }
    const pid = await startProgram(port);
    if (pid === undefined) {
      throw notStarted(`${registryImage} cannot be pulled and the program ${registryProgram} was not found.`);
    }
    await waitUntilReady(port, pid, signal);
    return programName;
  }

  return {
    state,
    // Two runs that both find nothing there must not start two.
    start: (port, signal) => ports.stores.withLock(dataFolder, 'registry', () => start(port, signal), signal),
    async stop(signal) {
      const was = await state(signal);
      if (was.kind === 'container')
        await containers.stopContainer(was.id, { remove: false, volumes: false }, signal);
      if (was.kind === 'program' && was.running) await processes.end(was.pid);
      return was;
    },
    async remove(signal) {
      const was = await state(signal);
      if (was.kind === 'container')
        await containers.stopContainer(was.id, { remove: true, volumes: true }, signal);
      if (was.kind === 'program') {
        if (was.running) await processes.end(was.pid);
        await files.remove(folder);
      }
      return was;
    },
  };
}

function notStarted(why: string): TowlineError {
  return new TowlineError('registry-not-started', { why });
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-3).join('\n');
}

function programConfiguration(folder: string, port: number): string {
  const root = JSON.stringify(join(folder, 'images'));
  return `version: 0.1
log: {level: warn}
storage:
  filesystem: {rootdirectory: ${root}}
  delete: {enabled: true}
http: {addr: "127.0.0.1:${port}"}
`;
}

/** The registry tells nobody when it is ready, so it is asked at this pace (milliseconds). */
function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
