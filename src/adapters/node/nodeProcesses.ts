import { closeSync, openSync } from 'node:fs';
import type { Processes } from '../../engine/ports/processes.ts';
import { endAnyProcess } from './endProcess.ts';
import { unwritable } from './fileFailure.ts';
import { type Environment, findProgram } from './findProgram.ts';
import { identifyThisProcess, isOfThisMachine, isRunning, parseIdentity } from './processIdentity.ts';
import { endMarked, markedEnvironment } from './processMark.ts';
import { isProcessAlive } from './processStatus.ts';
import { type Patience, runProcess } from './runProcess.ts';
import { spawnProgram } from './spawnProgram.ts';

export interface ProcessesOptions extends Partial<Patience> {
  /** Stands in for this process's own environment. */
  readonly environment?: Environment;
}

function definedOnly(environment: Environment): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** Programs of this machine through Node.js. */
export function createProcesses(options: ProcessesOptions = {}): Processes {
  const environment = options.environment ?? process.env;
  const patience = { killAfter: options.killAfter ?? 5_000, lingerFor: options.lingerFor ?? 1_000 };

  async function startDetached(
    request: Parameters<Processes['startDetached']>[0],
  ): Promise<{ readonly pid: number }> {
    const log = openLog(request.logFile);
    try {
      const program = { ...request, environment: definedOnly(environment) };
      const child = await spawnProgram(program, ['ignore', log, log], () => undefined);
      child.unref();
      return { pid: child.pid ?? 0 };
    } finally {
      closeSync(log);
    }
  }

  return {
    environment,
    run: (request, signal) => runProcess(markedEnvironment(request), patience, signal),
    startDetached,
    endMarked: (mark) => endMarked(mark, patience.killAfter),
    end: (pid) => endAnyProcess(pid, patience.killAfter),
    isAlive: isProcessAlive,
    identify: () => JSON.stringify(identifyThisProcess()),
    standingOf(text) {
      const identity = parseIdentity(text);
      if (!identity || !isOfThisMachine(identity)) return 'elsewhere';
      return isRunning(identity) ? 'running' : 'gone';
    },
    find: (program) => findProgram(program, process.cwd(), environment),
  };
}
