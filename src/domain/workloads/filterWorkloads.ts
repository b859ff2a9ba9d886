import { type ImageReference, parseImageReference } from '../images/imageReference.ts';
import { type MeantRepository, matchRepository } from '../images/matchRepository.ts';
import { healthOfWorkload } from './health.ts';
import type { Workload } from './workload.ts';
import { byName, type WorkloadGroup } from './workloadGroup.ts';

/** A service of the workspace, by the image it is known by and pushed as. */
export interface OwnService extends MeantRepository {
  readonly name: string;
}

export interface WorkloadFilter {
  /** All when absent. */
  readonly namespaces?: readonly string[];
  /** Found in the name, namespace or an image of the workload, or the name of a pod; case does not matter. */
  readonly text?: string;
  readonly onlyUnhealthy?: boolean;
  readonly onlyOurs?: boolean;
}

/** Name of the service that a workload runs, by the images of its template; undefined where it is none of ours. */
export type FindService = (workload: Workload) => string | undefined;

/** Images are compared once each: the many pods of a cluster run few images. */
export function createFindService(services: readonly OwnService[]): FindService {
  const known = new Map<string, string | undefined>();

  function find(image: string): string | undefined {
    const reference: ImageReference | undefined = parseImageReference(image);
    if (!reference) return undefined;
    const matches = services.map(
      (service) => [service.name, matchRepository(reference.repository, service)] as const,
    );
    return (matches.find(([, match]) => match === 'exact') ??
      matches.find(([, match]) => match === 'named'))?.[0];
  }

  return ({ template }) => {
    for (const { image } of template.containers) {
      if (!known.has(image)) known.set(image, find(image));
      const service = known.get(image);
      if (service !== undefined) return service;
    }
    return undefined;
  };
}

export function passesFilter(
  group: WorkloadGroup,
  filter: WorkloadFilter,
  findService: FindService,
  now: number,
): boolean {
  const { workload } = group;
  if (filter.namespaces && !filter.namespaces.includes(workload.namespace)) return false;
  if (filter.onlyOurs && findService(workload) === undefined) return false;
  if (filter.text !== undefined && !containsText(group, filter.text.toLowerCase())) return false;
  return !filter.onlyUnhealthy || healthOfWorkload(group, now).level === 'unhealthy';
}

/** Services of the workspace first, then by name. */
export function sortWorkloads<T extends Workload>(
  workloads: readonly T[],
  findService: FindService,
): readonly T[] {
  const rank = (workload: Workload): number => (findService(workload) === undefined ? 1 : 0);
  return workloads.toSorted((a, b) => rank(a) - rank(b) || byName(a, b));
}

function containsText({ workload, pods }: WorkloadGroup, text: string): boolean {
  const has = (value: string): boolean => value.toLowerCase().includes(text);
  return (
    has(workload.name) ||
    has(workload.namespace) ||
    workload.template.containers.some(({ image }) => has(image)) ||
    pods.some(({ name }) => has(name))
  );
}
