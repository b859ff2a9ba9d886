import type { Problem } from '../errors/problem.ts';
import type { Environment } from './environment.ts';
import type { Service } from './service.ts';

/** Everything Towline knows about a repository before it looks at Git or an engine. */
export interface Workspace {
  readonly services: readonly Service[];
  readonly environments: readonly Environment[];
  /** Registry host with optional path prefix, e.g. `ghcr.io/acme`; Towline's own local registry when absent. */
  readonly registry?: string;
  readonly settings: WorkspaceSettings;
  /** Whether there is a `towline.yaml` (its errors are in `problems`); without it everything here was found. */
  readonly configured: boolean;
  readonly problems: readonly Problem[];
}

export interface WorkspaceSettings {
  /** Runs kept in the journal folder; older ones are removed when a run ends. */
  readonly keepRuns: number;
  /** Services worked on at the same time. */
  readonly parallel: number;
  /** Seconds for which the digest of a floating base image counts as fresh. */
  readonly baseImageMaxAge: number;
}

export const defaultSettings: WorkspaceSettings = {
  keepRuns: 100,
  parallel: 4,
  baseImageMaxAge: 3600,
};
