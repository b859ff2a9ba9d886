import type { Failure } from '../../domain/errors/towlineError.ts';
import type { Workspace } from '../../domain/workspace/workspace.ts';
import type { KeptRun } from '../../engine/runs/readRun.ts';
import type { CurrentImage } from '../../engine/workspace/currentImages.ts';
import type { RepositoryRuns } from './repositoryRuns.ts';

/** What is known of the services of a repository. */
export type WorkspaceState =
  | { readonly kind: 'unread' }
  | { readonly kind: 'reading' }
  | {
      readonly kind: 'read';
      readonly workspace: Workspace;
      /** Absolute path that the workspace's paths are relative to. */
      readonly folder: string;
      /** What the manifests in the checkout name now. */
      readonly images: readonly CurrentImage[];
    }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Whether images can be built: asked when the services are shown, and again after a run failed for it. */
export type EngineState =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'missing'; readonly detail: string; readonly next: string };

/** One Git repository of the window; worktrees and folders of one share its runs. */
export interface RepositoryState {
  /** Absolute path of the Git common folder. */
  readonly key: string;
  /** Folder name that tells it from the window's other repositories. */
  readonly name: string;
  /** The folder of the window it was found by. */
  readonly folder: string;
  readonly workspace: WorkspaceState;
  readonly runs: RepositoryRuns;
  /** Runs that ask whether their proposal is right, as `<run>/<service>`. */
  readonly waiting: ReadonlySet<string>;
}

/** Everything the views show. */
export interface EditorState {
  readonly trusted: boolean;
  /** Folders of the window. */
  readonly folders: number;
  readonly repositories: readonly RepositoryState[];
  readonly engine: EngineState;
}

/** What an empty Services view is about; values of a context key, so package.json names them too. */
export type EditorCondition =
  | 'loading'
  | 'noFolder'
  | 'restricted'
  | 'noGit'
  | 'gitMissing'
  | 'broken'
  | 'nothingFound'
  | 'ready';

/** The first thing that stands in the way, or `ready` when there are services to show. */
export function editorCondition({ trusted, folders, repositories }: EditorState): EditorCondition {
  if (folders === 0) return 'noFolder';
  if (!trusted) return 'restricted';
  if (repositories.length === 0) return 'noGit';
  const states = repositories.map(({ workspace }) => workspace);
  if (states.some((state) => state.kind === 'read' && state.workspace.services.length > 0)) return 'ready';
  if (states.some(({ kind }) => kind === 'unread' || kind === 'reading')) return 'loading';
  const failures = states.flatMap((state) => (state.kind === 'failed' ? state.failure.code : []));
  if (failures.includes('git-missing')) return 'gitMissing';
  if (failures.length > 0) return failures.every((code) => code === 'not-a-repository') ? 'noGit' : 'broken';
  // What towline.yaml says wrong is shown at its place in the tree.
  if (states.some((state) => state.kind === 'read' && state.workspace.problems.length > 0)) return 'ready';
  return 'nothingFound';
}

/** Runs that go on now, in whichever process. */
export function runningRuns({ repositories }: EditorState): readonly KeptRun[] {
  return repositories.flatMap(({ runs }) => runs.shown.filter(({ standing }) => standing === 'running'));
}
