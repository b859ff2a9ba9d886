import { findDirtyServices } from '../../domain/plan/findDirtyServices.ts';
import type { BuildPlan } from '../../domain/workspace/service.ts';
import type { Files } from '../ports/files.ts';
import { contextFilter } from '../steps/contextFiles.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

/** Services with uncommitted changes in what they are tested or built from. */
export function dirtyServices(
  { workspace, state, folder }: OpenWorkspace,
  files: Files,
): ReadonlySet<string> {
  if (state.dirty.length === 0) return new Set();
  const filters = new Map<BuildPlan, ReturnType<typeof contextFilter>>();
  return findDirtyServices(workspace.services, state.dirty, (build, path) => {
    const filter = filters.get(build) ?? contextFilter(folder, build, files);
    filters.set(build, filter);
    return filter.includes(path);
  });
}
