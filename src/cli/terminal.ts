import { isatty } from 'node:tty';
import { styleText } from 'node:util';
import { TowlineError } from '../domain/errors/towlineError.ts';

type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow' | 'cyan';

/** The two streams a command speaks to, and what they can show. */
export interface Terminal {
  /** Results. */
  out(line: string): void;
  /** Everything about getting there. */
  err(line: string): void;
  style(style: Style, text: string): string;
  /** Somebody is there to read progress and answer questions. */
  readonly interactive: boolean;
  readonly columns: number;
}

/** A reader that has seen enough (`| head`) ends the command without a word. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit();
  throw error;
}

export function createTerminal(environment: NodeJS.ProcessEnv): Terminal {
  process.stdout.on('error', endQuietly);
  process.stderr.on('error', endQuietly);
  // The stream knows; asking about a number loads more of Node, which a program that calls this one would wait for.
  const interactive = process.stderr.isTTY === true && isatty(0) && !environment.CI;
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    style: (style, text) => styleText(style, text, { stream: process.stderr }),
    interactive,
    get columns() {
      return process.stderr.columns ?? 100;
    },
  };
}

/** Asks a question with a few answers, the first of which an empty line means. Throws `no-answer` without a terminal. */
export async function ask(
  terminal: Terminal,
  question: string,
  answers: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  if (!terminal.interactive) throw new TowlineError('no-answer', { why: question });
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  let answered = false;
  // Ctrl-C and the end of the input cancel the command like everywhere else, not just this question.
  lines.once('SIGINT', () => process.emit('SIGINT'));
  lines.once('close', () => {
    if (!answered) process.emit('SIGINT');
  });
  try {
    for (;;) {
      const answer =
        (await lines.question(`${question} [${answers.join('/')}] `, { signal })).trim() || answers[0];
      const chosen =
        answers.find((known) => known === answer) ?? answers.find((known) => known.startsWith(answer ?? ''));
      if (chosen !== undefined) return chosen;
      terminal.err(`${answer} is none of the answers.`);
    }
  } finally {
    answered = true;
    lines.close();
  }
}

/** Until somebody presses Enter, where somebody is there, or the signal is aborted. */
export async function untilEnter(
  terminal: Pick<Terminal, 'interactive'>,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  if (!terminal.interactive) {
    // Neither a promise nor a signal that may come keeps a process, and there may be nothing else that does.
    const held = setInterval(() => undefined, longestInterval);
    return promise.finally(() => clearInterval(held));
  }
  const { createInterface } = await import('node:readline');
  // Without a line editor of its own, Ctrl-C stays what it is everywhere else.
  const lines = createInterface({ input: process.stdin, terminal: false });
  lines.once('line', () => resolve()).once('close', () => resolve());
  await promise;
  lines.close();
}

/** Milliseconds; a longer one would count as the shortest. */
const longestInterval = 2 ** 31 - 1;
