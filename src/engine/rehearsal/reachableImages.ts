import { formatImageReference, parseImageReference } from '../../domain/images/imageReference.ts';
import { matchRepository } from '../../domain/images/matchRepository.ts';
import {
  hostingPlace,
  type RegistryHosting,
  readHosting,
} from '../../domain/localCluster/registryHosting.ts';
import type { Workspace } from '../../domain/workspace/workspace.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import type { Registries } from '../registries/registries.ts';

/** Milliseconds a registry may take to say whether it has a digest. */
const answerLimit = 5_000;

/**
 * Names under which the cluster's nodes get images, by their names in the manifests; those that stay as they are are
 * left out. An image is taken from another registry only where that has its very digest, so it is the same image; where
 * the cluster says how its nodes reach the local registry, that name is used.
 */
export async function reachableImages(
  reads: ClusterReads,
  registries: Pick<Registries, 'repositoryOf' | 'holds'>,
  { services }: Pick<Workspace, 'services'>,
  images: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hosting = await findHosting(reads, signal);
  const found = await Promise.all(
    images.map(async (image) => {
      const pushed = (await findPushed(registries, services, image, signal)) ?? image;
      return [image, hosting ? asNodesSay(pushed, hosting) : pushed] as const;
    }),
  );
  return new Map(found.filter(([image, here]) => image !== here));
}

/** The image where this workspace pushes it, when the manifest names another repository and the digest is there. */
async function findPushed(
  registries: Pick<Registries, 'repositoryOf' | 'holds'>,
  services: Workspace['services'],
  image: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const reference = parseImageReference(image);
  const digest = reference?.digest;
  if (!reference || digest === undefined) return undefined;
  for (const service of services) {
    const repository = registries.repositoryOf(service.image);
    if (matchRepository(reference.repository, { matches: service.image, repository }) !== 'named') continue;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(answerLimit)]);
    // A registry that does not answer has nothing to offer; the nodes then try the name in the manifest.
    const isThere = await registries.holds(repository, digest, limited).catch(() => false);
    signal.throwIfAborted();
    if (isThere) return formatImageReference({ ...reference, repository });
  }
  return undefined;
}

async function findHosting(reads: ClusterReads, signal: AbortSignal): Promise<RegistryHosting | undefined> {
  try {
    const { kind, namespace, name } = hostingPlace;
    return readHosting(await reads.get(kind, namespace, name, signal));
  } catch {
    signal.throwIfAborted();
    return undefined;
  }
}

function asNodesSay(image: string, { host, hostFromContainerRuntime = host }: RegistryHosting): string {
  return image.startsWith(`${host}/`) ? `${hostFromContainerRuntime}${image.slice(host.length)}` : image;
}
