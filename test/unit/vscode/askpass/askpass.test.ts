import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Askpass, type AskUser, createAskpass } from '../../../../src/vscode/askpass/createAskpass.ts';

const main = join(import.meta.dirname, '../../../../src/vscode/askpass/askpass.ts');
const run = promisify(execFile);

describe('askpass', () => {
  let askpass: Askpass | undefined;
  afterEach(() => askpass?.dispose());

  /** What git does: starts the script with its question and reads its output. */
  async function askAsGit(prompt: string, ask: AskUser): Promise<string> {
    askpass = createAskpass(main, ask);
    const environment = await askpass.environment();
    const { stdout } = await run(environment.GIT_ASKPASS ?? '', [prompt], {
      env: { ...process.env, ...environment },
    });
    return stdout;
  }

  it("hands git's question to the user and the answer back", async () => {
    const asked: string[] = [];
    const answer = await askAsGit("Password for 'https://ann@example.com': ", async (prompt) => {
      asked.push(prompt);
      return 'pässword $(x)';
    });
    assert.deepEqual(asked, ["Password for 'https://ann@example.com': "]);
    assert.equal(answer, 'pässword $(x)\n');
  });

  it('fails where the user gives no answer', async () => {
    await assert.rejects(
      askAsGit('Username: ', async () => undefined),
      (error: { code?: number }) => error.code === 1,
    );
  });

  it('stops asking when git is gone', async () => {
    const asked = Promise.withResolvers<AbortSignal>();
    askpass = createAskpass(main, (_prompt, signal) => {
      asked.resolve(signal);
      return new Promise(() => undefined);
    });
    const environment = await askpass.environment();
    const stop = new AbortController();
    const git = run(environment.GIT_ASKPASS ?? '', ['Password: '], {
      env: { ...process.env, ...environment },
      signal: stop.signal,
    });
    const signal = await asked.promise;
    stop.abort();
    await assert.rejects(git);
    if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
  });
});
