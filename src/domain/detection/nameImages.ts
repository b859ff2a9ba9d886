import type { Problem } from '../errors/problem.ts';
import { lastSegment } from '../workspace/repoPath.ts';
import { cleanImageComponent } from './cleanName.ts';
import type { DescribedService } from './describeService.ts';
import { type ImageIndex, imageSource, imageWeights, type NamedImage, readImageName } from './imageIndex.ts';

export interface ServiceWithImage extends DescribedService {
  readonly name: string;
  readonly image: string;
  readonly imageBecause?: string;
  readonly manifestRegistry?: string;
}

/** Short names that Docker takes to its own images; a folder of that name hardly means to replace them. */
const officialImages =
  /^(?:alpine|busybox|caddy|composer|debian|docker|eclipse-temurin|elasticsearch|fedora|golang|gradle|haproxy|httpd|maven|memcached|mongo|mysql|nats|nginx|node|openjdk|php|postgres|python|rabbitmq|redis|registry|ruby|rust|traefik|ubuntu|vault|wordpress)$/;
const localTag = /^(?:latest|local|dev|development|main|master|test|snapshot)$/i;

/**
 * Names the services' images as manifests and Dockerfiles do, the registry apart. A service that nobody
 * names gets `<repository folder>/<service>`.
 */
export function nameImages(
  services: readonly (DescribedService & { readonly name: string })[],
  images: ImageIndex,
  repositoryName: string,
): { readonly named: readonly ServiceWithImage[]; readonly problems: readonly Problem[] } {
  for (const { baseImages, build } of services) {
    for (const base of baseImages) {
      if (isOurs(base))
        images.add(base, imageSource(build?.dockerfile ?? '', 'FROM'), imageWeights.dockerfile);
    }
  }
  const owner = cleanImageComponent(repositoryName);
  const problems: Problem[] = [];
  const named = services.map((service) => {
    const own = cleanImageComponent(service.name);
    const [best, second] = findImages(service, images, owner);
    if (best === undefined) {
      return { ...service, image: service.folder === '' && own === owner ? own : `${owner}/${own}` };
    }
    if (second !== undefined && second.weight === best.weight)
      problems.push(ambiguity(service.name, best, second));
    const [registry, another] = images.registriesOf(best.image.repository);
    return {
      ...service,
      image: best.image.repository,
      imageBecause: best.because,
      ...(registry === undefined || another !== undefined ? {} : { manifestRegistry: registry }),
    };
  });
  return { named: separate(named, owner, problems), problems };
}

/** Services of which several would be the same image get names of their own. */
function separate(
  services: readonly ServiceWithImage[],
  owner: string,
  problems: Problem[],
): readonly ServiceWithImage[] {
  const groups = Map.groupBy(services, ({ image }) => image);
  for (const [image, members] of groups) {
    if (members.length < 2) continue;
    const names = members.map(({ name }) => name).join(', ');
    problems.push({
      severity: 'warning',
      message: `The image name ${image} fits several services (${names}); each gets a name of its own.`,
      next: 'Write the `image` of each in towline.yaml.',
    });
  }
  return services.map((service) => {
    if ((groups.get(service.image)?.length ?? 0) < 2) return service;
    const { imageBecause: _, manifestRegistry: __, ...rest } = service;
    return { ...rest, image: `${owner}/${cleanImageComponent(service.name)}` };
  });
}

function isOurs(base: string): boolean {
  const image = readImageName(base);
  if (image === undefined) return false;
  if (image.registry !== undefined || image.repository.includes('/')) return true;
  return localTag.test(image.tag ?? 'latest') && !officialImages.test(image.repository);
}

/** The folder's name as it is comes first, then the service's, the package's, and the repository's before it. */
function findImages(
  service: DescribedService & { readonly name: string },
  images: ImageIndex,
  owner: string,
): readonly NamedImage[] {
  const own = cleanImageComponent(service.name);
  const folder = lastSegment(service.folder);
  const wanted = [
    ...(service.variant === undefined ? [folder, cleanImageComponent(folder || owner)] : []),
    own,
    ...(service.packageName === undefined ? [] : [cleanImageComponent(service.packageName)]),
    `${owner}-${own}`,
    `${owner}_${own}`,
    cleanImageComponent(service.folder.split('/').slice(-2).join('-')),
  ];
  const bases = new Set(service.baseImages.map((base) => readImageName(base)?.repository));
  for (const part of wanted) {
    const found = images.named(part).filter(({ image }) => !bases.has(image.repository));
    if (found.length > 0) return found;
  }
  return [];
}

function ambiguity(name: string, used: NamedImage, other: NamedImage): Problem {
  return {
    severity: 'warning',
    message: `Service "${name}" has several image names: ${used.image.repository} (${used.because}) and ${other.image.repository} (${other.because}); the first is used.`,
    next: `Write services.${name}.image in towline.yaml.`,
  };
}
