import type { NamedPlace } from '../detection/detectionOptions.ts';
import { detectInIndex } from '../detection/detectWorkspace.ts';
import { indexFiles } from '../detection/fileIndex.ts';
import type { ReadText } from '../detection/manifestReader.ts';
import { splitRepository } from '../images/imageReference.ts';
import { targetRepository } from '../images/targetRepository.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { Workspace } from '../workspace/workspace.ts';
import { type Config, configFileNames } from './config.ts';
import { mergeConfig } from './mergeConfig.ts';
import { readConfig } from './readConfig.ts';

/**
 * Everything Towline knows about a repository: what is found in it, refined by its towline.yaml. When that
 * file has errors they come first among the problems, and the rest is what was found without it.
 *
 * @param files every file that Git does not ignore, tracked or not
 * @param repositoryName name of the repository's folder
 */
export function loadWorkspace(files: readonly RepoPath[], read: ReadText, repositoryName: string): Workspace {
  const file = configFileNames.find((name) => files.includes(name));
  const { config, problems } = file === undefined ? { problems: [] } : readConfig(read(file) ?? '', file);
  const index = indexFiles(files, config?.ignored);
  const named = config === undefined ? [] : placesOf(config);
  const detected = detectInIndex(index, read, { repositoryName, named });
  const workspace = config === undefined ? detected : mergeConfig(detected, config, index);
  return { ...workspace, configured: file !== undefined, problems: [...problems, ...workspace.problems] };
}

function placesOf({ services, registry }: Config): readonly NamedPlace[] {
  return Array.from(services, ([name, { folder, build, image }]) => ({
    name,
    ...(folder === undefined ? {} : { folder }),
    ...(build?.dockerfile === undefined ? {} : { dockerfile: build.dockerfile }),
    images: image === undefined ? [] : [image, targetRepository(registry ?? 'localhost', image)].map(pathOf),
  }));
}

function pathOf(repository: string): string {
  return splitRepository(repository).path;
}
