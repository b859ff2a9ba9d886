import spawn from 'cross-spawn';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import { isRecord } from './dockerConfig.ts';

export interface HelperQuestion {
  /** `desktop` for `docker-credential-desktop`. */
  readonly helper: string;
  /** The registry's key in Docker's configuration. */
  readonly key: string;
  /** File and key that name the helper, for messages. */
  readonly from: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds; helpers may wait for a keychain to be unlocked. */
  readonly timeout?: number;
}

/** docker/docker-credential-helpers, `credentials/error.go`: the one answer that is no failure. */
const notFound = 'credentials not found in native keychain';

interface HelperAnswer {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs `docker-credential-HELPER get` with the key on its standard input. */
function runHelper(program: string, question: HelperQuestion, signal: AbortSignal): Promise<HelperAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HelperAnswer>();
  const child = spawn(program, ['get'], {
    env: question.environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    signal,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  child.on('error', reject);
  // A child of the helper may hold the pipes open for ever; what counts was written before the helper's end.
  child.on('exit', (code) => setImmediate(() => resolve({ code, output, errors })));
  child.on('close', (code) => resolve({ code, output, errors }));
  // A helper that ends without reading is judged by its answer.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(question.key);
  return promise;
}

function readAnswer(output: string, question: HelperQuestion): Credential | undefined {
  const answer: unknown = JSON.parse(output);
  if (!isRecord(answer) || typeof answer.Username !== 'string' || typeof answer.Secret !== 'string') {
    throw new Error('it gave no Username and Secret');
  }
  const { from } = question;
  if (answer.Secret === '' && answer.Username === '') return undefined;
  return answer.Username === '<token>'
    ? { kind: 'identity-token', token: answer.Secret, from }
    : { kind: 'basic', username: answer.Username, password: answer.Secret, from };
}

/**
 * Asks a Docker credential helper; undefined when it knows nothing of the registry. Throws
 * `credential-helper-failed` naming helper, file and key; never with anything the helper wrote to its output.
 */
export async function askCredentialHelper(
  question: HelperQuestion,
  signal: AbortSignal,
): Promise<Credential | undefined> {
  const { helper, key, from, timeout = 15_000 } = question;
  const program = `docker-credential-${helper}`;
  const failed = (reason: string, cause?: unknown) =>
    new TowlineError('credential-helper-failed', {
      why: `${program} (${from}) for ${key}: ${reason}`,
      cause,
    });
  const limit = AbortSignal.timeout(timeout);
  let answer: HelperAnswer;
  try {
    answer = await runHelper(program, question, AbortSignal.any([signal, limit]));
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted) throw failed(`it did not answer within ${timeout / 1000} s`);
    const { code, message } = error as NodeJS.ErrnoException;
    throw failed(code === 'ENOENT' ? 'it is not on PATH' : message, error);
  }
  const said = answer.output.trim();
  if (answer.code !== 0) {
    // Helpers tell their errors on standard output.
    if (`${said}\n${answer.errors}`.includes(notFound)) return undefined;
    // What a helper prints on its output may be an answer after all, and then holds a secret.
    const reason = answer.errors.trim() || (said.startsWith('{') ? '' : said);
    throw failed(`it ended with ${answer.code}: ${reason.slice(0, 500)}`);
  }
  try {
    return readAnswer(said, question);
  } catch {
    throw failed('its answer is not the JSON of the helper protocol');
  }
}
