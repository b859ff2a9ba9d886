import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { Processes, ProcessRequest } from '../../src/engine/ports/processes.ts';

export interface FakeProgram {
  /** Absolute path that `find` gives. */
  readonly path: string;
  readonly output?: string;
  readonly exitCode?: number;
}

export interface FakeProcesses extends Processes {
  /** What was run, as one line each. */
  readonly commands: readonly string[];
  /** Process ids that were started detached and not ended. */
  readonly detached: ReadonlySet<number>;
}

/** Programs by name that answer at once. The map may change meanwhile. */
export function createFakeProcesses(programs: Map<string, FakeProgram> = new Map()): FakeProcesses {
  const commands: string[] = [];
  const detached = new Set<number>();
  const find = (path: string) => [...programs.values()].find((program) => program.path === path);
  return {
    commands,
    detached,
    environment: {},
    run({ command, onOutput }: ProcessRequest, signal) {
      signal.throwIfAborted();
      commands.push(command.join(' '));
      const program = find(command[0]);
      if (!program) return Promise.reject(new TowlineError('command-not-found', { why: command[0] }));
      onOutput(program.output ?? '', 'stdout');
      return Promise.resolve({ exitCode: program.exitCode ?? 0, signal: undefined });
    },
    startDetached({ command }) {
      commands.push(command.join(' '));
      const pid = 1000 + detached.size;
      detached.add(pid);
      return Promise.resolve({ pid });
    },
    endMarked: () => Promise.resolve([]),
    end(pid) {
      detached.delete(pid);
      return Promise.resolve();
    },
    isAlive: (pid) => detached.has(pid),
    identify: () => 'this process',
    standingOf: (identity) =>
      identity === 'this process' ? 'running' : identity === 'a dead process' ? 'gone' : 'elsewhere',
    find: (name) => programs.get(name)?.path,
  };
}
