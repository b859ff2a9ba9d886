import type { RunEvent } from '../../src/domain/runs/runEvent.ts';
import { type RunState, reduceRun } from '../../src/domain/runs/runState.ts';
import { stepNames } from '../../src/domain/runs/stepName.ts';
import type { Workspace } from '../../src/domain/workspace/workspace.ts';
import { defaultSettings } from '../../src/domain/workspace/workspace.ts';
import type { KeptRun, RunStanding } from '../../src/engine/runs/readRun.ts';
import type { EditorState, RepositoryState } from '../../src/vscode/state/editorState.ts';

/** A run as these events tell it, after its first record; it began at 0. */
export function makeRun(
  run: number,
  events: readonly RunEvent[] = [],
  standing: RunStanding = 'running',
  services: readonly string[] = ['api'],
): KeptRun {
  const started: RunEvent = {
    type: 'run-started',
    at: 0,
    run,
    host: 'editor',
    version: '1',
    request: { services, environment: 'dev', until: 'propose', anyway: false },
    commit: 'abcdef0123',
    branch: 'main',
    dirty: false,
    services: services.map((name) => ({ name, steps: [...stepNames] })),
  };
  const state = [started, ...events].reduce(reduceRun, undefined as RunState | undefined);
  if (!state) throw new Error('A run begins with its first record.');
  return { state, standing };
}

export function makeWorkspace(change: Partial<Workspace> = {}): Workspace {
  return {
    services: [
      { name: 'api', folder: 'services/api', tests: { kind: 'unknown' }, image: 'shop/api', dependsOn: [] },
    ],
    environments: [
      { name: 'dev', repository: { kind: 'same' }, path: 'deploy/dev', allowDirty: false, group: false },
    ],
    settings: defaultSettings,
    configured: false,
    problems: [],
    ...change,
  };
}

export function makeRepository(change: Partial<RepositoryState> = {}): RepositoryState {
  return {
    key: '/shop/.git',
    name: 'shop',
    folder: '/shop',
    workspace: { kind: 'read', workspace: makeWorkspace(), folder: '/shop', images: [] },
    runs: { kind: 'read', shown: [], older: 0 },
    waiting: new Set(),
    ...change,
  };
}

export function makeState(change: Partial<EditorState> = {}): EditorState {
  return {
    trusted: true,
    folders: 1,
    repositories: [makeRepository()],
    engine: { kind: 'ready' },
    ...change,
  };
}
