import { createHash } from 'node:crypto';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type { Repositories, Repository } from '../../src/engine/ports/repositories.ts';
import type { OpenWorkspace } from '../../src/engine/workspace/openWorkspace.ts';

/** The branch `main` of a repository in memory, with plain manifests in `deploy/dev`; only what agents ask is answered. */
export interface ManifestBranch {
  readonly repositories: Repositories;
  readonly opened: OpenWorkspace;
  readonly tip: string;
  /** Looks at the remote so far. */
  readonly looks: number;
  /** The next looks fail. */
  isDown: boolean;
  /** A commit whose manifests are these and no others. */
  commit(files: Readonly<Record<string, string>>): string;
}

/** @param url of the remote; without one, the branch is a local one */
export function createManifestBranch(url: string): ManifestBranch {
  const commits = new Map<string, Readonly<Record<string, string>>>();
  let tip = '';
  let looks = 0;
  const idOf = (text: string): string => createHash('sha1').update(text).digest('hex');
  const filesOf = (commit: string): Readonly<Record<string, string>> => commits.get(commit) ?? {};
  const answers: Partial<Repository> = {
    place: { top: '/code/shop', commonFolder: '/code/shop/.git' },
    remotes: async () => [{ name: 'origin', url }],
    async remoteTips(_remote, _branches, signal) {
      signal.throwIfAborted();
      looks += 1;
      if (branch.isDown) throw new TowlineError('remote-unreachable', { why: `${url} does not answer.` });
      return { defaultBranch: 'main', tips: new Map([['main', tip]]) };
    },
    hasObject: async (id) => commits.has(id),
    listTree: async (commit) =>
      Object.entries(filesOf(commit)).map(([path, text]) => ({ path, mode: '100644', id: idOf(text) })),
    async readBlobs(ids) {
      const texts = [...commits.values()].flatMap((files) => Object.values(files));
      return new Map(ids.map((id) => [id, Buffer.from(texts.find((text) => idOf(text) === id) ?? '')]));
    },
  };
  const repository = answers as Repository;
  const environment = {
    name: 'dev',
    repository: { kind: 'same' },
    path: 'deploy/dev',
    allowDirty: false,
    group: false,
    context: 'lab',
  } as const;
  const branch: ManifestBranch = {
    repositories: {
      open: async () => repository,
      openMirror: async () => repository,
      version: async () => '2.39',
    },
    opened: {
      repository,
      folder: '/code/shop',
      prefix: '',
      workspace: { environments: [environment], services: [], problems: [] },
    } as unknown as OpenWorkspace,
    get tip() {
      return tip;
    },
    get looks() {
      return looks;
    },
    isDown: false,
    commit(files) {
      const all = Object.fromEntries(
        Object.entries(files).map(([name, text]) => [`deploy/dev/${name}`, text]),
      );
      tip = idOf(JSON.stringify([commits.size, all]));
      commits.set(tip, all);
      return tip;
    },
  };
  return branch;
}
