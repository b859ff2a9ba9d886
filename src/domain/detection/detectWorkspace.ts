import type { Problem } from '../errors/problem.ts';
import { parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import { defaultSettings, type Workspace } from '../workspace/workspace.ts';
import { collectImages } from './collectImages.ts';
import type { ServiceCandidate } from './describeService.ts';
import { detectEnvironments } from './detectEnvironments.ts';
import type { DetectionOptions, NamedPlace } from './detectionOptions.ts';
import { detectServices } from './detectServices.ts';
import { type FileIndex, indexFiles } from './fileIndex.ts';
import { type FoundDockerfile, findDockerfiles, variantOf } from './findDockerfiles.ts';
import { findProjectsWithoutDockerfile } from './findProjectsWithoutDockerfile.ts';
import { createManifestReader, manifestBudget, type ReadText } from './manifestReader.ts';

/**
 * Finds the services and environments of a repository.
 *
 * @param files every file that Git does not ignore, tracked or not
 * @param read is asked for marker files, Dockerfiles and manifests only
 */
export function detectWorkspace(
  files: Iterable<RepoPath>,
  read: ReadText,
  options: DetectionOptions,
): Workspace {
  return detectInIndex(indexFiles(files, options.ignored), read, options);
}

export function detectInIndex(
  index: FileIndex,
  read: ReadText,
  { repositoryName, named = [] }: DetectionOptions,
): Workspace {
  const reader = createManifestReader(read);
  const likelyNames = likelyServiceNames(index.dockerfiles);
  const found = detectEnvironments(index, reader, read, likelyNames);
  const images = collectImages(index, reader, read, likelyNames);
  const chosen = findDockerfiles(index, (name) => images.named(name).length > 0);
  const candidates = addNamed(chosen.dockerfiles, named, index.dockerfiles);
  const { services, problems } = detectServices(candidates, index, read, images, {
    repositoryName,
    named,
  });
  return {
    services,
    environments: found.environments,
    settings: defaultSettings,
    configured: false,
    problems: [
      ...chosen.problems,
      ...problems,
      ...findProjectsWithoutDockerfile(index, services),
      ...found.problems,
      ...(reader.isSpent ? [spentBudget] : []),
    ],
  };
}

/** Folders of Dockerfiles and the ones above them, in case the Dockerfile is in a `docker` or `src`. */
function likelyServiceNames(dockerfiles: readonly RepoPath[]): ReadonlySet<string> {
  const names = dockerfiles.flatMap((path) => [
    ...parentFolder(path).split('/').slice(-2),
    variantOf(path) ?? '',
  ]);
  return new Set(names.filter((name) => name !== ''));
}

const spentBudget: Problem = {
  severity: 'warning',
  message: `There are more than ${manifestBudget} manifests; the others were not looked at for images and environments.`,
  next: 'Name images and environments in towline.yaml.',
};

/** A named Dockerfile stands in for the one that was found; a named folder adds one where none was found. */
function addNamed(
  dockerfiles: readonly FoundDockerfile[],
  named: readonly NamedPlace[],
  every: readonly RepoPath[],
): readonly ServiceCandidate[] {
  const candidates: ServiceCandidate[] = dockerfiles.map((dockerfile) => ({ dockerfile }));
  for (const { folder, dockerfile } of named) {
    if (folder === undefined) continue;
    const known = dockerfiles.some(({ path }) =>
      dockerfile === undefined ? parentFolder(path) === folder : path === dockerfile,
    );
    if (known) continue;
    const path = dockerfile ?? every.find((other) => parentFolder(other) === folder);
    candidates.push({ folder, ...(path === undefined ? {} : { dockerfile: { path } }) });
  }
  return candidates;
}
