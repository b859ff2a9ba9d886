import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { Repositories, WorkingState } from '../ports/repositories.ts';

type Content = Pick<WorkingState, 'files' | 'dirty'>;

/**
 * Git's view with what lies in submodules and in repositories inside this one, each asked for itself: tests and
 * images are made from their files as they are, while the repository around them only knows a commit.
 */
export async function readSubmodules(
  repositories: Pick<Repositories, 'open'>,
  folder: string,
  state: WorkingState,
  signal: AbortSignal,
): Promise<WorkingState> {
  if (state.submodules.length === 0) return state;
  const contents = await Promise.all(
    state.submodules.map(async (path) =>
      below(path, await readSubmodule(repositories, join(folder, path), signal)),
    ),
  );
  return {
    ...state,
    files: [...state.files, ...contents.flatMap(({ files }) => files)].sort(),
    dirty: [...new Set([...state.dirty, ...contents.flatMap(({ dirty }) => dirty)])].sort(),
  };
}

async function readSubmodule(
  repositories: Pick<Repositories, 'open'>,
  folder: string,
  signal: AbortSignal,
): Promise<Content> {
  try {
    const repository = await repositories.open(folder, signal);
    // One that is not checked out is an empty folder of the repository around it.
    if (repository.place.top !== folder) return { files: [], dirty: [] };
    return await readSubmodules(repositories, folder, await repository.workingState(signal), signal);
  } catch (error) {
    if (!TowlineError.is(error, 'not-a-repository', 'git-failed')) throw error;
    // Nobody can say that what lies there is what was committed.
    return { files: [], dirty: [''] };
  }
}

function below(path: RepoPath, { files, dirty }: Content): Content {
  const inside = (names: readonly RepoPath[]) =>
    names.map((name) => (name === '' ? path : `${path}/${name}`));
  return { files: inside(files), dirty: inside(dirty) };
}
