import type { ChildProcess } from 'node:child_process';
import { Socket } from 'node:net';
import type { Git } from './git.ts';
import { type BatchObject, readCatFileAnswer } from './parseCatFileBatch.ts';
import { endGroup } from './runProgram.ts';

/** Milliseconds without a question after which the process is let go. */
const idleLife = 2000;

/**
 * Reads objects through one `git cat-file --batch`, which is started by the first question, serves all that follow
 * closely and ends soon after the last. It never keeps this process alive, and ends with it.
 */
export interface ObjectReader {
  /**
   * One answer per name, undefined for what is not here. Shorter than the question where git ended early, as it
   * does in a partial clone at the first object that it may not fetch.
   */
  read(names: readonly string[], signal: AbortSignal): Promise<readonly (BatchObject | undefined)[]>;
}

interface Question {
  readonly count: number;
  readonly answers: (BatchObject | undefined)[];
  readonly resolve: (answers: readonly (BatchObject | undefined)[]) => void;
  readonly reject: (reason: unknown) => void;
}

export function createObjectReader(git: Git): ObjectReader {
  let serving: BatchProcess | undefined;
  return {
    async read(names, signal) {
      signal.throwIfAborted();
      if (names.length === 0) return [];
      if (!serving?.takes()) serving = startBatch(git);
      return serving.ask(names, signal);
    },
  };
}

interface BatchProcess {
  /** Whether it still answers. */
  takes(): boolean;
  ask(names: readonly string[], signal: AbortSignal): Promise<readonly (BatchObject | undefined)[]>;
}

function startBatch(git: Git): BatchProcess {
  const child = git.open({ reach: 'local', args: ['cat-file', '--batch'] });
  const questions: Question[] = [];
  let over = false;
  let idle: NodeJS.Timeout | undefined;

  const rest = (): void => {
    hold(child, false);
    idle = setTimeout(() => {
      over = true;
      child.stdin?.end();
    }, idleLife).unref();
  };
  const settle = (): void => {
    const [first] = questions;
    if (first === undefined || first.answers.length < first.count) return;
    questions.shift();
    first.resolve(first.answers);
    if (questions.length === 0) rest();
  };
  const finish = (outcome: (question: Question) => void): void => {
    over = true;
    clearTimeout(idle);
    for (const question of questions.splice(0)) outcome(question);
  };

  const take = takeAnswers((object) => {
    questions[0]?.answers.push(object);
    settle();
  });
  child.stdout?.on('data', take);
  // What it says about an object it does not have is told again by the command that needs it.
  child.stderr?.resume();
  child.stdin?.on('error', () => {});
  child.once('error', (error) => finish(({ reject }) => reject(error)));
  child.once('close', () => finish(({ answers, resolve }) => resolve(answers)));

  return {
    takes: () => !over && child.exitCode === null && child.signalCode === null,
    ask(names, signal) {
      clearTimeout(idle);
      hold(child, true);
      const { promise, resolve, reject } = Promise.withResolvers<readonly (BatchObject | undefined)[]>();
      const question: Question = { count: names.length, answers: [], resolve, reject };
      const onAbort = (): void => {
        if (!questions.includes(question)) return;
        // Other questions wait for theirs; nobody else's answer is lost with the process.
        if (questions.length > 1) reject(signal.reason);
        else {
          over = true;
          endGroup(child, 'SIGKILL');
        }
      };
      signal.addEventListener('abort', onAbort, { once: true });
      questions.push(question);
      child.stdin?.write(`${names.join('\n')}\n`);
      return promise
        .then((answers) => {
          signal.throwIfAborted();
          return answers;
        })
        .finally(() => signal.removeEventListener('abort', onAbort));
    },
  };
}

/** Whether the process and its pipes keep this process from ending. */
function hold(child: ChildProcess, held: boolean): void {
  const pipes = [child.stdin, child.stdout, child.stderr].filter((pipe) => pipe instanceof Socket);
  for (const handle of [child, ...pipes]) {
    if (held) handle.ref();
    else handle.unref();
  }
}

/** Joins what comes in pieces; a large object's are joined once. */
function takeAnswers(hear: (object: BatchObject | undefined) => void): (chunk: Buffer) => void {
  let pieces: Buffer[] = [];
  let length = 0;
  let needed = 0;
  return (chunk) => {
    pieces.push(chunk);
    length += chunk.length;
    if (length < needed) return;
    const output = pieces.length === 1 ? chunk : Buffer.concat(pieces, length);
    let at = 0;
    for (;;) {
      const answer = readCatFileAnswer(output, at);
      if (answer.kind === 'cut') {
        needed = answer.needed - at;
        break;
      }
      at = answer.end;
      hear(answer.object);
    }
    pieces = at < output.length ? [output.subarray(at)] : [];
    length = output.length - at;
  };
}
