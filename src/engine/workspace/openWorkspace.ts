import type { RepoPath } from '../../domain/workspace/service.ts';
import type { Workspace } from '../../domain/workspace/workspace.ts';
import type { Repository, WorkingState } from '../ports/repositories.ts';

/** A workspace on disk: what was found or configured, and where it lies in its Git repository. */
export interface OpenWorkspace {
  readonly workspace: Workspace;
  readonly repository: Repository;
  /** Absolute path that every RepoPath of the workspace is relative to. */
  readonly folder: string;
  /** Where `folder` lies in the repository; '' when it is its root. */
  readonly prefix: RepoPath;
  /** Git's view, with paths relative to `folder`; what lies outside is left out. */
  readonly state: WorkingState;
}
