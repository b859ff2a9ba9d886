import type { ManifestStyle } from '../workspace/environment.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { Workspace } from '../workspace/workspace.ts';
import type { Config } from './config.ts';
import type { ConfigProblem } from './configProblem.ts';
import { findReferenceProblems } from './findReferenceProblems.ts';
import { mergeEnvironments } from './mergeEnvironments.ts';
import { mergeServices } from './mergeServices.ts';
import { placeProblems } from './placeProblems.ts';

/** What the repository holds, for what a name in towline.yaml can be checked against. */
export interface RepositoryTree {
  hasFile(path: RepoPath): boolean;
  hasFolder(path: RepoPath): boolean;
}

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

/** What a folder of manifests holds, by the file that tells. */
export function styleOfFolder(folder: RepoPath, tree: RepositoryTree): ManifestStyle {
  const has = (name: string) => tree.hasFile(folder === '' ? name : `${folder}/${name}`);
  if (['kustomization.yaml', 'kustomization.yml', 'Kustomization'].some(has)) return 'kustomize';
  return has('Chart.yaml') ? 'helm' : 'manifests';
}
