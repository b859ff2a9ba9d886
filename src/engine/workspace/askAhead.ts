import { untilAborted } from '../../base/untilAborted.ts';
import { recordPart } from '../keys/recordPart.ts';
import type { RecordStore } from '../ports/journalStore.ts';
import type { Repository } from '../ports/repositories.ts';

/** What a run wants to know of a remote: where these branches are. */
interface Question {
  readonly remote: string;
  readonly branches: readonly string[];
}

/** What the caller is about to do with a workspace. */
export interface Expectation {
  /** Environment that will be proposed to; the only one that ever was when undefined. */
  readonly environment: string | undefined;
  /** Aborts when the caller is done, and with it a question that nobody needed. */
  readonly signal: AbortSignal;
}

/**
 * A repository that asks its remote at once what the run before asked it for the same environment, while the rest is
 * read: nothing takes longer. The answer serves the first question that it covers; every other one is asked as it comes.
 */
export function askAhead(repository: Repository, records: RecordStore, expected: Expectation): Repository {
  const question = readQuestion(records, expected.environment);
  if (!question) return repository;
  let early: ReturnType<Repository['remoteTips']> | undefined = repository.remoteTips(
    question.remote,
    question.branches,
    expected.signal,
  );
  // Told to who asks.
  early.catch(() => undefined);
  return {
    ...repository,
    async remoteTips(remote, branches, signal) {
      const answer = early;
      if (!answer || !covers(question, { remote, branches }))
        return repository.remoteTips(remote, branches, signal);
      early = undefined;
      const { defaultBranch, tips } = await untilAborted(answer, signal);
      const wanted = [...branches, ...(defaultBranch === undefined ? [] : [defaultBranch])];
      return { defaultBranch, tips: new Map([...tips].filter(([branch]) => wanted.includes(branch))) };
    },
  };
}

/** Keeps a question for the next run. */
export async function keepQuestion(
  records: RecordStore,
  environment: string,
  question: Question,
): Promise<void> {
  const kept = readQuestion(records, environment);
  if (kept && covers(kept, question)) return;
  await records.write(nameOf(environment), JSON.stringify(question));
}

function covers(one: Question, other: Question): boolean {
  return one.remote === other.remote && other.branches.every((branch) => one.branches.includes(branch));
}

function readQuestion(records: RecordStore, environment: string | undefined): Question | undefined {
  const names = environment === undefined ? records.list('asked') : [nameOf(environment)];
  const [name] = names.length === 1 ? names : [];
  const text = name === undefined ? undefined : records.read(name);
  if (text === undefined) return undefined;
  try {
    const { remote, branches } = JSON.parse(text) as Partial<Question>;
    const isWhole = typeof remote === 'string' && Array.isArray(branches) && branches.every(isText);
    return isWhole ? { remote, branches } : undefined;
  } catch {
    return undefined;
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function nameOf(environment: string): string {
  return `asked/${recordPart(environment)}`;
}
