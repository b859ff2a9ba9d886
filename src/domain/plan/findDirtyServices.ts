import { filesBelow } from '../workspace/filesBelow.ts';
import type { RepoPath, Service } from '../workspace/service.ts';

/**
 * Services whose image would not be that of a commit: something uncommitted lies in what they are tested or
 * built from, or in that of a service they are built on.
 * @param dirty sorted paths
 */
export function findDirtyServices(
  services: readonly Service[],
  dirty: readonly RepoPath[],
): ReadonlySet<string> {
  const found = new Set(services.filter((service) => touches(service, dirty)).map(({ name }) => name));
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const { name, dependsOn } of services) {
      if (dependsOn.some((dependency) => found.has(dependency))) found.add(name);
    }
  }
  return found;
}

function touches(service: Service, dirty: readonly RepoPath[]): boolean {
  const folders = [service.folder, ...(service.build ? [service.build.context] : [])];
  const inputs = service.tests.kind === 'command' ? service.tests.inputs : [];
  return (
    [...folders, ...inputs].some((path) => filesBelow(dirty, path).length > 0 || dirty.includes(path)) ||
    (service.build !== undefined && dirty.includes(service.build.dockerfile))
  );
}
