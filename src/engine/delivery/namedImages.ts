import { type MeantRepository, matchRepository } from '../../domain/images/matchRepository.ts';
import { readEffectiveImages } from '../../domain/manifests/readEffectiveImages.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import type { CommitFacts, ObjectId } from '../ports/repositories.ts';
import { createManifestReader } from '../proposals/manifestReader.ts';
import type { ManifestSource } from '../proposals/manifestSource.ts';

/** Commits of the branch that are looked through for the one that brought an image. */
const longestHistory = 100;

interface NamedImage {
  readonly text: string;
  /** Files that together make it. */
  readonly files: readonly RepoPath[];
}

/** What an environment's branch names for a service now; undefined where it names nothing that can be told. */
export async function readNamedImage(
  source: ManifestSource,
  environment: Environment,
  meant: MeantRepository,
  signal: AbortSignal,
): Promise<string | undefined> {
  return (await imageAt(source, source.baseCommit, environment, meant, signal))?.text;
}

/** The commit of the environment's branch since which it names an image: a merge, where it was merged. */
export async function findMerge(
  source: ManifestSource,
  environment: Environment,
  meant: MeantRepository,
  image: string,
  signal: AbortSignal,
): Promise<CommitFacts | undefined> {
  const { repository, baseCommit } = source;
  const named = await imageAt(source, baseCommit, environment, meant, signal);
  const history = await repository.branchHistory(baseCommit, named?.files ?? [], longestHistory, signal);
  let since: CommitFacts | undefined;
  for (const commit of history) {
    if ((await imageAt(source, commit.id, environment, meant, signal))?.text !== image) break;
    since = commit;
  }
  return since;
}

async function imageAt(
  { repository, path }: ManifestSource,
  commit: ObjectId,
  environment: Environment,
  meant: MeantRepository,
  signal: AbortSignal,
): Promise<NamedImage | undefined> {
  const { images } = await createManifestReader(repository, commit).read(
    (tree) => readEffectiveImages(tree, { ...environment, path }),
    signal,
  );
  const found = images.find(
    ({ reference }) => reference && matchRepository(reference.repository, meant) !== 'none',
  );
  return (
    found && {
      text: found.text,
      files: [...new Set([found.written.file, ...found.settings.map(({ file }) => file)])],
    }
  );
}
