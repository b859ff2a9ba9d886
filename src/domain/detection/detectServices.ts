import type { Problem } from '../errors/problem.ts';
import type { Service } from '../workspace/service.ts';
import { type DescribedService, describeService, type ServiceCandidate } from './describeService.ts';
import type { DetectionOptions, NamedPlace } from './detectionOptions.ts';
import { compareText, type FileIndex } from './fileIndex.ts';
import { type ImageIndex, readImageName } from './imageIndex.ts';
import type { ReadText } from './manifestReader.ts';
import { nameByPath } from './nameByPath.ts';
import { nameImages, type ServiceWithImage } from './nameImages.ts';

/** Describes and names services, and finds which of them are built on others. */
export function detectServices(
  candidates: readonly ServiceCandidate[],
  index: FileIndex,
  read: ReadText,
  images: ImageIndex,
  { repositoryName, named: places }: Required<Pick<DetectionOptions, 'repositoryName' | 'named'>>,
): { readonly services: readonly Service[]; readonly problems: readonly Problem[] } {
  const described = candidates
    .map((candidate) => describeService(candidate, index, read))
    .sort((a, b) => compareText(a.folder, b.folder) || compareText(a.variant ?? '', b.variant ?? ''));
  const names = nameByPath(described.map(nameParts), repositoryName);
  const withNames = described.map((service, at) => ({ ...service, name: names[at] ?? '' }));
  const { named, problems } = nameImages(withNames, images, repositoryName);
  const allNames = imageNames(named, places);
  return {
    services: named.map((service) => finish(service, allNames)),
    problems: [...described.flatMap((service) => service.problems), ...problems],
  };
}

/** `worker` for `Dockerfile.worker` of a folder that is no service by that name itself. */
function nameParts({ folder, variant }: DescribedService) {
  const segments = folder.split('/').filter((segment) => segment !== '');
  if (segments.length > 1 && /^(?:app|src|source|code)$/i.test(segments.at(-1) ?? '')) segments.pop();
  const own = variant === undefined || segments.at(-1) === variant ? [] : [variant];
  return { path: folder, segments: [...segments, ...own] };
}

type ImageNames = ReadonlyMap<ServiceWithImage, ReadonlySet<string>>;

/** Repositories by which a Dockerfile may mean each service: the one found, and those towline.yaml gives. */
function imageNames(services: readonly ServiceWithImage[], places: readonly NamedPlace[]): ImageNames {
  const byName = Map.groupBy(
    places.filter(({ folder }) => folder === undefined),
    ({ name }) => name,
  );
  const byFolder = Map.groupBy(places, ({ folder }) => folder);
  return new Map(
    services.map((service) => {
      const here = (byFolder.get(service.folder) ?? []).filter(
        ({ dockerfile }) => dockerfile === undefined || dockerfile === service.build?.dockerfile,
      );
      const meant = [...(byName.get(service.name) ?? []), ...here];
      return [service, new Set([service.image, ...meant.flatMap(({ images }) => images)])];
    }),
  );
}

function finish(service: ServiceWithImage, names: ImageNames): Service {
  const { baseImages, variant: _, packageName: __, problems: ___, ...facts } = service;
  const bases = baseImages.flatMap((base) => readImageName(base)?.repository ?? []);
  const dependsOn: string[] = [];
  for (const [other, images] of names) {
    if (other !== service && bases.some((base) => images.has(base))) dependsOn.push(other.name);
  }
  return { ...facts, dependsOn };
}
