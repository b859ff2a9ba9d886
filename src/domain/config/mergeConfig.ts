import type { Workspace } from '../workspace/workspace.ts';
import type { Config } from './config.ts';
import type { ConfigProblem } from './configProblem.ts';
import { findReferenceProblems } from './findReferenceProblems.ts';
import { mergeEnvironments } from './mergeEnvironments.ts';
import { mergeServices } from './mergeServices.ts';
import { placeProblems } from './placeProblems.ts';
import type { RepositoryTree } from './repositoryTree.ts';

/**
 * Refines what was found by what towline.yaml says. A configured service takes what it leaves out from the
 * service found in its folder, or else of its name; found services that are not configured stay. Configured
 * environments are all there are.
 */
export function mergeConfig(detected: Workspace, config: Config, tree?: RepositoryTree): Workspace {
  const found: ConfigProblem[] = [];
  const services = mergeServices(detected.services, config, found);
  const environments = mergeEnvironments(detected.environments, config, tree, found);
  found.push(...findReferenceProblems(services, config, tree));
  return {
    services,
    environments,
    ...(config.registry === undefined ? {} : { registry: config.registry }),
    settings: { ...detected.settings, ...config.settings },
    configured: true,
    problems: [...placeProblems(found, config.locate), ...detected.problems],
  };
}
