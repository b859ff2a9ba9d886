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
  return {
    services: named.map((service) => finish(service, named, places)),
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

function finish(
  service: ServiceWithImage,
  all: readonly ServiceWithImage[],
  places: readonly NamedPlace[],
): Service {
  const { baseImages, variant: _, packageName: __, problems: ___, ...facts } = service;
  const bases = new Set(baseImages.map((base) => readImageName(base)?.repository));
  const dependsOn = all.filter(
    (other) =>
      other !== service && [other.image, ...configuredImages(other)].some((image) => bases.has(image)),
  );
  return { ...facts, dependsOn: dependsOn.map(({ name }) => name) };

  function configuredImages(other: ServiceWithImage): readonly string[] {
    const meant = places.filter(({ name, folder, dockerfile = other.build?.dockerfile }) =>
      folder === undefined
        ? name === other.name
        : folder === other.folder && dockerfile === other.build?.dockerfile,
    );
    return meant.flatMap(({ images }) => images);
  }
}
