import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import type { Repository } from '../../engine/ports/repositories.ts';
import { createGit } from './git.ts';
import { gitFailure, withoutCredentials } from './gitFailure.ts';
import { bareRepository, type Opening } from './openRepository.ts';

/** Transports that start no program of the address's choosing. */
const transports = ['file', 'git', 'http', 'https', 'ssh'] as const;

/** Milliseconds after which a half-made mirror was left by a killed process. */
const abandonedAge = 3_600_000;

/**
 * The bare repository at `folder`, with `url` as its `origin`; made beside and moved into place whole, so that
 * neither a crash nor a second process sees half of it. Throws `git-failed` for an address that git should not
 * be given and for a folder that holds something else.
 */
export async function openMirror(
  opening: Opening,
  url: string,
  folder: string,
  signal: AbortSignal,
): Promise<Repository> {
  const environment = { ...opening.environment, GIT_ALLOW_PROTOCOL: transports.join(':') };
  const limited = { ...opening, environment };
  const address = checkedAddress(url);
  if (!isMirror(folder)) await makeMirror(limited, address, folder, signal);
  const git = createGit(opening.program, folder, { ...environment, GIT_DIR: folder });
  const args = ['config', '--local', '--get', 'remote.origin.url'] as const;
  const { stdout } = await git.run({ reach: 'local', args, answers: [0, 1] }, signal);
  if (stdout.toString() !== `${address}\n`) {
    await git.run({ reach: 'local', args: ['config', 'remote.origin.url', address] }, signal);
  }
  return bareRepository(limited, folder);
}

async function makeMirror(
  { program, environment }: Opening,
  address: string,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  const parent = dirname(folder);
  await mkdir(parent, { recursive: true });
  await removeAbandoned(parent, basename(folder));
  const draft = join(parent, `${basename(folder)}.${randomBytes(6).toString('hex')}.new`);
  try {
    const init = ['init', '--quiet', '--bare', '--template=', '--', draft] as const;
    await createGit(program, parent, environment).run({ reach: 'local', args: init }, signal);
    const git = createGit(program, draft, { ...environment, GIT_DIR: draft });
    await git.run({ reach: 'local', args: ['config', 'remote.origin.url', address] }, signal);
    await rename(draft, folder);
  } catch (error) {
    // Another process was first.
    if (!isMirror(folder))
      throw isOccupied(error) ? gitFailure('init', `${folder} holds something else`) : error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

function isOccupied(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR';
}

/** `config` is the last file that `git init` makes. */
function isMirror(folder: string): boolean {
  return ['HEAD', 'objects', 'refs', 'config'].every(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false }) !== undefined,
  );
}

async function removeAbandoned(parent: string, name: string): Promise<void> {
  const drafts = (await readdir(parent)).filter(
    (entry) => entry.startsWith(`${name}.`) && entry.endsWith('.new'),
  );
  for (const draft of drafts) {
    const made = await stat(join(parent, draft)).catch(() => undefined);
    const age = made ? Date.now() - made.mtimeMs : 0;
    if (age > abandonedAge) await rm(join(parent, draft), { recursive: true, force: true });
  }
}

/** An address with one of the transports, `user@host:path`, or an absolute path. */
function checkedAddress(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  const known = scheme !== undefined && transports.some((transport) => transport === scheme);
  // Git takes `name::rest` as a remote helper that is a program.
  const secureShell = scheme === undefined && /^(?!-)[^/:\s]+:(?!:)[^\s-]/.test(url);
  const hostIsOption = /^[a-z]+:\/\/([^/@]*@)?-/i.test(url) || /@-/.test(url);
  const printable = !/[\u0000-\u001f\u007f]/.test(url);
  if (printable && !hostIsOption && (known || secureShell || isAbsolute(url))) return url;
  throw gitFailure('remote', `'${withoutCredentials(url)}' is not an address of a Git repository`);
}
