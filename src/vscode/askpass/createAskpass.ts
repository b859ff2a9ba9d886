import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Disposable } from '../../base/disposable.ts';

/** Asks the user; undefined when there is no answer. */
export type AskUser = (prompt: string, signal: AbortSignal) => Promise<string | undefined>;

export interface Askpass extends Disposable {
  /** What git must be started with to ask in this window. Starts listening. */
  environment(): Promise<Readonly<Record<string, string>>>;
}

/** Longest question that is read, characters. */
const longestPrompt = 4_000;

/**
 * The way for git and ssh to ask in this window. The socket lies in a folder only this user can enter; answers go
 * to whoever asks there and are kept nowhere.
 */
export function createAskpass(mainFile: string, ask: AskUser): Askpass {
  const closing = new AbortController();
  let started: Promise<Readonly<Record<string, string>>> | undefined;
  let server: Server | undefined;
  let folder: string | undefined;

  function serve(socket: Socket): void {
    const gone = new AbortController();
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', () => gone.abort());
    socket.on('close', () => gone.abort());
    socket.on('data', (part: string) => {
      if (text.includes('\n')) return;
      text += part;
      if (text.length > longestPrompt) socket.destroy();
      else if (text.includes('\n')) void reply(socket, text, AbortSignal.any([gone.signal, closing.signal]));
    });
  }

  async function reply(socket: Socket, text: string, signal: AbortSignal): Promise<void> {
    const prompt = readPrompt(text);
    const answer = prompt === undefined ? undefined : await ask(prompt, signal).catch(() => undefined);
    socket.end(answer === undefined ? '' : `${answer}\n`);
  }

  async function start(): Promise<Readonly<Record<string, string>>> {
    folder = mkdtempSync(join(tmpdir(), 'towline-ask-'));
    const script = join(folder, 'askpass.sh');
    writeFileSync(script, scriptText);
    chmodSync(script, 0o700);
    const path =
      process.platform === 'win32'
        ? `\\\\.\\pipe\\towline-ask-${randomBytes(16).toString('hex')}`
        : join(folder, 'socket');
    const listening = createServer(serve);
    server = listening;
    await new Promise<void>((resolve, reject) => listening.once('error', reject).listen(path, resolve));
    return {
      GIT_ASKPASS: script,
      SSH_ASKPASS: script,
      SSH_ASKPASS_REQUIRE: 'force',
      TOWLINE_ASKPASS_SOCKET: path,
      TOWLINE_ASKPASS_NODE: process.execPath,
      TOWLINE_ASKPASS_MAIN: pathToFileURL(mainFile).href,
    };
  }

  return {
    environment() {
      started ??= start();
      return started;
    },
    dispose() {
      closing.abort();
      server?.close();
      if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Git for Windows runs it with the shell it brings. */
const scriptText = `#!/bin/sh
ELECTRON_RUN_AS_NODE=1 exec "$TOWLINE_ASKPASS_NODE" -e 'import(process.env.TOWLINE_ASKPASS_MAIN).then(({ askpass }) => askpass(process.argv[1] || "", process.env)).then((code) => { process.exitCode = code; })' -- "$1"
`;

function readPrompt(text: string): string | undefined {
  try {
    const { prompt } = JSON.parse(text) as { readonly prompt?: unknown };
    return typeof prompt === 'string' ? prompt : undefined;
  } catch {
    return undefined;
  }
}
