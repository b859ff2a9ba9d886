import type { SourcePosition } from '../errors/problem.ts';
import type { Environment } from '../workspace/environment.ts';
import type { BuildPlan, RepoPath, Service } from '../workspace/service.ts';
import type { WorkspaceSettings } from '../workspace/workspace.ts';
import type { YamlPath } from '../yaml/positionOf.ts';

/** What a towline.yaml says and nothing it leaves out. Paths are cleaned, durations are seconds. */
export interface Config {
  readonly registry?: string;
  readonly ignored: readonly RepoPath[];
  readonly services: ReadonlyMap<string, ConfiguredService>;
  /** Absent when the file names no environment: then those that are found count. */
  readonly environments?: ReadonlyMap<string, ConfiguredEnvironment>;
  readonly settings: Partial<WorkspaceSettings>;
  /** Where a part of the file stands; the nearest part that exists, where that one does not. */
  readonly locate: (path: YamlPath, part?: 'key' | 'value') => SourcePosition;
}

export interface ConfiguredService extends Partial<Pick<Service, 'image' | 'dependsOn'>> {
  readonly folder?: RepoPath;
  readonly tests?: 'none' | ConfiguredTests;
  readonly build?: Partial<BuildPlan>;
}

export interface ConfiguredTests {
  readonly command?: readonly [string, ...string[]];
  readonly inputs?: readonly RepoPath[];
  readonly environment?: readonly string[];
  readonly timeout?: number;
}

export type ConfiguredEnvironment = Partial<Omit<Environment, 'name'>>;

/** Names under which the file is looked for; where a folder has both, the first one counts. */
export const configFileNames = ['towline.yaml', 'towline.yml'] as const;
