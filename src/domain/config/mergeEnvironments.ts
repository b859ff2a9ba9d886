import type { Environment } from '../workspace/environment.ts';
import type { Config, ConfiguredEnvironment } from './config.ts';
import type { ConfigProblem } from './configProblem.ts';
import { notFound } from './notFound.ts';
import { type RepositoryTree, styleOfFolder } from './repositoryTree.ts';

/** The configured environments; the found ones where none is configured. */
export function mergeEnvironments(
  detected: readonly Environment[],
  config: Config,
  tree: RepositoryTree | undefined,
  problems: ConfigProblem[],
): readonly Environment[] {
  if (config.environments === undefined) return detected;
  const merged: Environment[] = [];
  for (const [name, configured] of config.environments) {
    const found = findMeant(name, configured, detected);
    const path = configured.path ?? found?.path;
    if (path === undefined) {
      problems.push(
        notFound(
          'environments',
          name,
          detected.map((environment) => environment.name),
        ),
      );
      continue;
    }
    const repository = configured.repository ?? { kind: 'same' };
    const isHere = repository.kind === 'same' && tree !== undefined;
    const style = configured.style ?? found?.style ?? (isHere ? styleOfFolder(path, tree) : undefined);
    merged.push({
      allowDirty: false,
      group: false,
      ...configured,
      name,
      path,
      repository,
      ...(style === undefined ? {} : { style }),
    });
  }
  return merged;
}

function findMeant(
  name: string,
  { path, repository }: ConfiguredEnvironment,
  detected: readonly Environment[],
): Environment | undefined {
  if (repository !== undefined && repository.kind !== 'same') return undefined;
  return detected.find((environment) =>
    path === undefined ? environment.name === name : environment.path === path,
  );
}
