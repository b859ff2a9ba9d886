import assert from 'node:assert/strict';
import { afterEach, beforeEach } from 'mocha';
import { createRepositories } from '../../src/adapters/git/createRepositories.ts';
import type { CommitRequest, Repositories, Repository } from '../../src/engine/ports/repositories.ts';
import { type CheckoutSnapshot, type GitSandbox, makeGitSandbox, snapshotCheckout } from './gitFixture.ts';

/** What a contract test of Git works on; new for every test. */
export interface GitContract {
  readonly sandbox: GitSandbox;
  readonly repositories: Repositories;
  readonly signal: AbortSignal;
  open(folder: string): Promise<Repository>;
  /** Opens a checkout that is checked for being byte-identical when the test ends. */
  openGuarded(folder: string): Promise<Repository>;
}

/** Call inside a `describe`; the returned object's members are set before each test. */
export function useGit(): GitContract {
  let sandbox: GitSandbox;
  let repositories: Repositories;
  const guarded = new Map<string, CheckoutSnapshot>();
  const { signal } = new AbortController();

  beforeEach(() => {
    sandbox = makeGitSandbox();
    repositories = createRepositories({ environment: sandbox.environment });
    guarded.clear();
  });

  afterEach(() => {
    try {
      for (const [folder, before] of guarded) assert.deepEqual(snapshotCheckout(folder), before);
    } finally {
      sandbox.remove();
    }
  });

  const open = (folder: string) => repositories.open(folder, signal);
  return {
    get sandbox() {
      return sandbox;
    },
    get repositories() {
      return repositories;
    },
    signal,
    open,
    async openGuarded(folder) {
      guarded.set(folder, snapshotCheckout(folder));
      return open(folder);
    },
  };
}

/** Edits of text files by path. */
export function edits(contents: Readonly<Record<string, string>>): CommitRequest['edits'] {
  return Object.entries(contents).map(([path, content]) => ({ path, content: Buffer.from(content) }));
}
