import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Text or bytes of a file; an object for a file mode or a symbolic link. */
export type FixtureFile =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly executable: boolean }
  | { readonly link: string };

export interface RepositoryOptions {
  /** Folder name below the sandbox; `repository` when absent. */
  readonly name?: string;
  /** Written and committed; without files the branch stays unborn. */
  readonly files?: Readonly<Record<string, FixtureFile>>;
  /** Added as `origin` and, when there are files, pushed to. */
  readonly remote?: string;
  readonly objectFormat?: 'sha1' | 'sha256';
}

/** A temporary folder with a HOME and Git configuration of its own, so that nothing of the machine's leaks in. */
export interface GitSandbox {
  /** Has a space and a non-ASCII letter in its path. */
  readonly folder: string;
  /** The whole environment for child processes: PATH, an own HOME, `Test Person <test@example.org>`. */
  readonly environment: Readonly<Record<string, string>>;
  /** Path of the user-level Git configuration. */
  readonly globalConfig: string;
  /** Runs git and gives its standard output without the final line break; throws when it fails. */
  git(folder: string, ...args: readonly string[]): string;
  /** A repository on branch `main`; gives its folder. */
  makeRepository(options?: RepositoryOptions): string;
  /** An empty bare repository whose HEAD names `main`; gives its folder. */
  makeBareRemote(name?: string): string;
  /** Writes everything that differs from HEAD as a commit; gives its id. */
  commitAll(folder: string, message: string): string;
  remove(): void;
}

const fixedTime = '1700000000 +0000';

export function makeGitSandbox(): GitSandbox {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'towline git é-')));
  const home = join(folder, 'home');
  const globalConfig = join(home, '.gitconfig');
  mkdirSync(home);
  writeFileSync(
    globalConfig,
    '[user]\n\tname = Test Person\n\temail = test@example.org\n[init]\n\tdefaultBranch = main\n[gc]\n\tauto = 0\n',
  );
  const environment: Record<string, string> = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: home,
    GIT_CONFIG_GLOBAL: globalConfig,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
  };

  function git(where: string, ...args: readonly string[]): string {
    const dated = { ...environment, GIT_AUTHOR_DATE: fixedTime, GIT_COMMITTER_DATE: fixedTime };
    const options = { cwd: where, env: dated, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 30 } as const;
    return execFileSync('git', args, options).replace(/\n$/, '');
  }

  function commitAll(where: string, message: string): string {
    git(where, 'add', '--all', '.');
    git(where, 'commit', '--quiet', '--no-verify', '--allow-empty', '--message', message);
    return git(where, 'rev-parse', 'HEAD');
  }

  return {
    folder,
    environment,
    globalConfig,
    git,
    commitAll,
    makeRepository({ name = 'repository', files = {}, remote, objectFormat = 'sha1' } = {}) {
      const where = join(folder, name);
      mkdirSync(where, { recursive: true });
      git(where, 'init', '--quiet', `--object-format=${objectFormat}`);
      if (remote !== undefined) git(where, 'remote', 'add', 'origin', remote);
      if (Object.keys(files).length === 0) return where;
      writeFiles(where, files);
      commitAll(where, 'Start');
      if (remote !== undefined) git(where, 'push', '--quiet', 'origin', 'main');
      return where;
    },
    makeBareRemote(name = 'remote.git') {
      const where = join(folder, name);
      mkdirSync(where, { recursive: true });
      git(where, 'init', '--quiet', '--bare');
      return where;
    },
    remove() {
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export function writeFiles(folder: string, files: Readonly<Record<string, FixtureFile>>): void {
  for (const [path, file] of Object.entries(files)) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    if (typeof file === 'string' || file instanceof Uint8Array) writeFileSync(target, file);
    else if ('link' in file) symlinkSync(file.link, target);
    else {
      writeFileSync(target, file.content);
      chmodSync(target, file.executable ? 0o755 : 0o644);
    }
  }
}

/** Everything of a checkout that is the user's, as plain data for `deepEqual`. */
export interface CheckoutSnapshot {
  readonly index: string;
  readonly head: string;
  /** Refs and their ids, without `refs/towline/` and remote-tracking refs of `towline/` branches. */
  readonly refs: readonly string[];
  readonly stashes: string;
  readonly config: string;
  /** `path kind mode mtime hash`, for every file below the folder except the Git directory. */
  readonly files: readonly string[];
  /** Names of lock files in the Git directory. */
  readonly locks: readonly string[];
}

/** State of the user's checkout; take it before and after an operation and compare. */
export function snapshotCheckout(folder: string): CheckoutSnapshot {
  const options = {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  } as const;
  const git = (...args: string[]) => execFileSync('git', args, options);
  const own = git('rev-parse', '--path-format=absolute', '--git-dir').trim();
  const common = git('rev-parse', '--path-format=absolute', '--git-common-dir').trim();
  const refs = git('for-each-ref', '--format=%(refname) %(objectname) %(symref)').split('\n');
  return {
    index: hashOf(join(own, 'index')),
    head: readFileSync(join(own, 'HEAD'), 'utf8'),
    refs: refs.filter((line) => !/^refs\/(towline|remotes\/[^/]+\/towline)\//.test(line)),
    stashes: git('stash', 'list'),
    config: hashOf(join(common, 'config')),
    files: [...describeFiles(folder, '')],
    locks: readdirSync(common, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.lock'),
    ),
  };
}

function* describeFiles(root: string, folder: string): Generator<string> {
  for (const name of readdirSync(join(root, folder)).sort()) {
    if (folder === '' && name === '.git') continue;
    const path = join(folder, name);
    const status = lstatSync(join(root, path), { bigint: true });
    const mode = status.mode.toString(8);
    if (status.isDirectory()) {
      yield `${path} folder ${mode}`;
      yield* describeFiles(root, path);
    } else if (status.isSymbolicLink()) yield `${path} link ${readlinkSync(join(root, path))}`;
    else if (status.isFile()) yield `${path} file ${mode} ${status.mtimeNs} ${hashOf(join(root, path))}`;
    else yield `${path} other ${mode}`;
  }
}

function hashOf(file: string): string {
  try {
    return createHash('sha256').update(readFileSync(file)).digest('hex');
  } catch {
    return 'absent';
  }
}
