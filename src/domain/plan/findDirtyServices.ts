import { filesBelow } from '../workspace/filesBelow.ts';
import { relativeTo } from '../workspace/repoPath.ts';
import type { BuildPlan, RepoPath, Service } from '../workspace/service.ts';

/** Whether a path, as seen from a build's context, is part of it. */
export type InContext = (build: BuildPlan, path: string) => boolean;

/**
 * Services whose image would not be that of a commit: something uncommitted lies in what they are tested or
 * built from, or in that of a service they are built on.
 * @param dirty sorted paths
 */
export function findDirtyServices(
  services: readonly Service[],
  dirty: readonly RepoPath[],
  inContext: InContext,
): ReadonlySet<string> {
  const found = new Set(
    services.filter((service) => touches(service, dirty, inContext)).map(({ name }) => name),
  );
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { name, dependsOn } of services) {
      if (dependsOn.some((dependency) => found.has(dependency))) found.add(name);
    }
  }
  return found;
}

function touches(
  { folder, tests, build }: Service,
  dirty: readonly RepoPath[],
  inContext: InContext,
): boolean {
  const inputs = tests.kind === 'command' ? tests.inputs : [];
  if ([folder, ...inputs].some((path) => filesBelow(dirty, path).length > 0 || dirty.includes(path)))
    return true;
  if (!build) return false;
  const context = filesBelow(dirty, build.context).map((path) => relativeTo(build.context, path));
  return dirty.includes(build.dockerfile) || context.some((path) => inContext(build, path));
}
