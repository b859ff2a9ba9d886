import { basename, dirname, join, relative, sep } from 'node:path';
import { configFileNames } from '../../domain/config/config.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { filesBelow } from '../../domain/workspace/filesBelow.ts';
import { relativeTo } from '../../domain/workspace/repoPath.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { Workspace } from '../../domain/workspace/workspace.ts';
import { recordPart } from '../keys/recordPart.ts';
import type { Files } from '../ports/files.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repository, WorkingState } from '../ports/repositories.ts';
import { askAhead, type Expectation } from './askAhead.ts';
import { rememberedWorkspace } from './rememberedWorkspace.ts';

/** A workspace on disk: what was found or configured, and where it lies in its Git repository. */
export interface OpenWorkspace {
  readonly workspace: Workspace;
  readonly repository: Repository;
  /** Absolute path that every RepoPath of the workspace is relative to. */
  readonly folder: string;
  /** Where `folder` lies in the repository; '' when it is its root. */
  readonly prefix: RepoPath;
  /** Git's view, with paths relative to `folder`; what lies outside is left out. */
  readonly state: WorkingState;
}

/**
 * The workspace of a folder: that of the nearest towline.yaml from it up to the repository's root, or else the
 * whole repository. Problems of the file are part of the workspace; they stop a run, not a look. Throws
 * `git-missing`, `not-a-repository`.
 */
export async function openWorkspace(
  ports: Ports,
  version: string,
  folder: string,
  signal: AbortSignal,
  expected?: Expectation,
): Promise<OpenWorkspace> {
  const found = await ports.repositories.open(folder, signal);
  const { top, commonFolder } = found.place;
  if (top === undefined)
    throw new TowlineError('not-a-repository', {
      why: `${folder} is a bare repository: it has no files to work on.`,
    });
  const records = ports.stores.openRecords(commonFolder);
  // The remote first, as its answer takes longest.
  const repository = expected ? askAhead(found, records, expected) : found;
  const reading = found.workingState(signal);
  // Met again where it is waited for.
  reading.catch(() => undefined);
  const config = findConfig(ports.files, folder, top);
  const root = config ? dirname(config) : top;
  const prefix = relative(top, root).split(sep).join('/');
  const state = below(await reading, prefix);
  const configName = config && basename(config);
  // The file counts also where Git ignores it: it was put there for Towline.
  const paths =
    configName === undefined || state.files.includes(configName) ? state.files : [...state.files, configName];
  // A linked worktree is another folder of the same repository: its images are the same ones.
  const main = basename(commonFolder) === '.git' ? dirname(commonFolder) : top;
  const workspace = await rememberedWorkspace(
    {
      folder: root,
      name: basename(root === top ? main : root),
      paths,
      version,
      record: `workspaces/${recordPart(prefix)}`,
    },
    ports.files,
    records,
    ports.clock.now(),
  );
  return { workspace, repository, folder: root, prefix, state };
}

function findConfig(files: Files, folder: string, top: string): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const found = configFileNames
      .map((name) => join(at, name))
      .find((path) => files.status(path) !== undefined);
    if (found) return found;
    if (at === top || dirname(at) === at) return undefined;
  }
}

/** The part of Git's view that lies in a folder, as seen from there. */
function below(state: WorkingState, prefix: RepoPath): WorkingState {
  if (prefix === '') return state;
  const inside = (paths: readonly RepoPath[]): readonly RepoPath[] =>
    filesBelow(paths, prefix).map((path) => relativeTo(prefix, path));
  return {
    ...state,
    files: inside(state.files),
    dirty: inside(state.dirty),
    submodules: inside(state.submodules),
    changed: inside(state.changed),
  };
}
