import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { bundle, type CliPlace } from './cliProcess.ts';

/** A command at a terminal of its own, where somebody may type. */
export interface TerminalCli {
  /** Everything on the screen so far. */
  readonly screen: string;
  type(keys: string): void;
  readonly ended: Promise<{ readonly exitCode: number | undefined; readonly screen: string }>;
  readonly process: ChildProcess;
}

/** Why there can be no terminal for a test here; undefined when there can. */
export function whyNoTerminal(): string | undefined {
  const { error, status } = spawnSync('script', ['-qefc', 'true', '/dev/null'], { stdio: 'ignore' });
  return error || status !== 0 ? 'there is no `script` of util-linux that makes a terminal' : undefined;
}

/** Runs `towline` at a terminal; words are plain. */
export function startAtTerminal(place: CliPlace, ...words: readonly string[]): TerminalCli {
  const line = [process.execPath, bundle, ...words].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qefc', line, '/dev/null'], {
    cwd: place.folder,
    env: { ...place.environment, TERM: 'xterm', SHELL: '/bin/sh' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let screen = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
  });
  return {
    get screen() {
      return screen;
    },
    process: child,
    type: (keys) => void child.stdin.write(keys),
    ended: new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ exitCode: code ?? undefined, screen }));
    }),
  };
}
