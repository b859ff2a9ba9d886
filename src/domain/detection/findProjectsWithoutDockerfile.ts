import type { Problem } from '../errors/problem.ts';
import { contains } from '../workspace/repoPath.ts';
import type { RepoPath, Service } from '../workspace/service.ts';
import { compareText, type FileIndex } from './fileIndex.ts';
import { listPaths } from './findDockerfiles.ts';
import { isExamplePath, isTestPath } from './testFolders.ts';

const markers: Readonly<Record<string, string>> = {
  'package.json': 'Node.js',
  'go.mod': 'Go',
  'Cargo.toml': 'Rust',
  'pom.xml': 'Maven',
  'build.gradle': 'Gradle',
  'build.gradle.kts': 'Gradle',
  'pyproject.toml': 'Python',
  'setup.py': 'Python',
  'requirements.txt': 'Python',
  Gemfile: 'Ruby',
  'composer.json': 'PHP',
  'mix.exs': 'Elixir',
};

/**
 * Says which projects were found that cannot become an image. Folders in a service, and folders above one
 * (the root of a monorepo), are no projects of their own; nor is one inside another.
 */
export function findProjectsWithoutDockerfile(
  index: FileIndex,
  services: readonly Service[],
): readonly Problem[] {
  const places = services.flatMap(({ folder, build, tests }) => [
    folder,
    ...(build === undefined ? [] : [build.dockerfile]),
    // Libraries that a service is made from.
    ...(tests.kind === 'command' ? tests.inputs.filter((input) => input !== '') : []),
  ]);
  const byLanguage = new Map<string, RepoPath[]>();
  const folders = [...index.projects].sort(([a], [b]) => compareText(a, b));
  const kept: RepoPath[] = [];
  for (const [folder, name] of folders) {
    if (isTestPath(`${folder}/`) || isExamplePath(`${folder}/`)) continue;
    if (places.some((place) => contains(place, folder) || contains(folder, place))) continue;
    if (kept.some((other) => contains(other, folder))) continue;
    kept.push(folder);
    const language = markers[name] ?? name;
    byLanguage.set(language, [...(byLanguage.get(language) ?? []), folder]);
  }
  return Array.from(byLanguage, ([language, found]) => ({
    severity: 'warning',
    message: `Found ${found.length === 1 ? 'a' : found.length} ${language} project${found.length === 1 ? '' : 's'} without a Dockerfile in ${listPaths(found)}.`,
    next: 'Add a Dockerfile to build an image from it; Towline leaves it alone until then.',
  }));
}
