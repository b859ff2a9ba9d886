import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Processes } from '../ports/processes.ts';

/** Seconds a renderer may take. */
const timeLimit = 60;

/** UTF-16 units of its output that are read. */
const mostOutput = 64 * 1024 * 1024;

export interface RendererCall {
  readonly command: readonly [string, ...string[]];
  /** Folder it runs in, below `home`. */
  readonly folder: string;
  /** Folder of our own that stands in for the user's home, so that no plugin or setting of theirs takes part. */
  readonly home: string;
  /** Whether it may start Git and reach the network, for bases from elsewhere. */
  readonly mayFetch: boolean;
}

/** Where a renderer that is a script finds its interpreter, and what Windows programs do not start without. */
const systemVariables = ['PATH', 'Path', 'PATHEXT', 'SystemRoot', 'SystemDrive', 'ComSpec', 'windir'];
const networkVariables = [
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

const fetching = { GIT_TERMINAL_PROMPT: '0', GIT_ALLOW_PROTOCOL: 'https:http:git:ssh' };

/** For whatever asks all the same: Git knows no protocol, and nothing listens at the proxy. */
const nowhere = 'http://127.0.0.1:9';
const notFetching = {
  GIT_ALLOW_PROTOCOL: 'none',
  HTTP_PROXY: nowhere,
  HTTPS_PROXY: nowhere,
  http_proxy: nowhere,
  https_proxy: nowhere,
};

/** Runs a renderer to its end and gives what it wrote. Throws `rendering-failed` with its own words. */
export async function runRenderer(
  processes: Pick<Processes, 'run' | 'environment'>,
  { command, folder, home, mayFetch }: RendererCall,
  signal: AbortSignal,
): Promise<string> {
  const limit = AbortSignal.timeout(timeLimit * 1000);
  const flood = new AbortController();
  let output = '';
  let errors = '';
  const onOutput = (text: string, stream: 'stdout' | 'stderr'): void => {
    if (stream === 'stdout') output += text;
    else errors = (errors + text).slice(0, 20_000);
    if (output.length > mostOutput) flood.abort(new Error('too much output'));
  };
  const environment = {
    ...pick(processes.environment, mayFetch ? [...systemVariables, ...networkVariables] : systemVariables),
    ...(mayFetch ? fetching : notFetching),
    ...homeVariables(home),
  };
  const name = command.slice(1, 2).join(' ');
  try {
    const ending = AbortSignal.any([signal, limit, flood.signal]);
    const { exitCode } = await processes.run({ command, folder, environment, onOutput }, ending);
    if (exitCode === 0) return output;
  } catch (error) {
    signal.throwIfAborted();
    if (limit.aborted)
      throw failed(`${name} took longer than ${timeLimit} s`, 'Find out what it waits for: run it by hand.');
    if (flood.signal.aborted) throw failed(`${name} wrote more than ${mostOutput >> 20} MiB`);
    throw error;
  }
  throw failed(plainWords(errors.replaceAll(`${home}/`, '')) || `${name} failed without a word`);
}

/** What a renderer wrote about its failure, without the dress of kubectl's log and without credentials in addresses. */
function plainWords(errors: string): string {
  return withoutCredentials(errors)
    .replace(/^E\d{4} .*"command failed" err="(.*)"$/gm, (_, words: string) => words.replaceAll('\\"', '"'))
    .replace(/^E\d{4} .*"command failed" err=<$/gm, '')
    .replace(/^ >$/gm, '')
    .replace(/^error: /gm, '')
    .trim();
}

/** A text whose addresses name no user and no password. */
export function withoutCredentials(text: string): string {
  return text.replace(/\/\/[^/@\s'"]*@/g, '//');
}

function failed(why: string, next?: string): TowlineError {
  return new TowlineError('rendering-failed', { why, ...(next ? { next } : {}) });
}

function homeVariables(home: string): Record<string, string> {
  const names = ['HOME', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA', 'TMPDIR', 'TEMP', 'TMP'];
  const folders = ['XDG_CONFIG_HOME', 'XDG_CACHE_HOME', 'XDG_DATA_HOME'];
  return {
    ...Object.fromEntries(names.map((name) => [name, home])),
    ...Object.fromEntries(folders.map((name) => [name, join(home, name)])),
  };
}

function pick(from: Readonly<Record<string, string | undefined>>, names: readonly string[]) {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = from[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
