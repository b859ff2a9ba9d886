import type Dockerode from 'dockerode';
import type { ImageDetails } from '../../engine/ports/containerEngine.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import type { DockerClient } from './dockerClient.ts';
import { EngineRefusal, ignoreRefusal } from './engineError.ts';
import { splitReference } from './imageReference.ts';
import { messageError, readMessages } from './readMessages.ts';
import { registryAuth } from './registryAuth.ts';
import { registryFailure } from './registryFailure.ts';

/** Engines leave out, or fill with null, what the declared type takes for granted. */
type ToldImage = Pick<Dockerode.ImageInspectInfo, 'Id' | 'Os' | 'Architecture' | 'Variant'> & {
  readonly RepoDigests?: readonly string[] | null;
  readonly Config?: { readonly Labels?: Readonly<Record<string, string>> | null } | null;
};

function readImage(image: ToldImage): ImageDetails {
  return {
    id: image.Id,
    repositoryDigests: image.RepoDigests ?? [],
    platform: [image.Os, image.Architecture, image.Variant].filter(Boolean).join('/'),
    labels: image.Config?.Labels ?? {},
  };
}

/** Undefined when the engine has no such image. */
export async function inspectImage(
  client: DockerClient,
  reference: string,
  signal: AbortSignal,
): Promise<ImageDetails | undefined> {
  const image = await ignoreRefusal(client.api(signal).getImage(reference).inspect(), 404);
  return image && readImage(image);
}

export async function tagImage(client: DockerClient, id: string, reference: string, signal: AbortSignal) {
  const { name, tag } = splitReference(reference);
  await client.api(signal).getImage(id).tag({ repo: name, tag });
}

/** Missing is fine. */
export async function removeImage(
  client: DockerClient,
  reference: string,
  signal: AbortSignal,
): Promise<void> {
  await ignoreRefusal(client.api(signal).getImage(reference).remove(), 404);
}

export async function pullImage(
  client: DockerClient,
  reference: string,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { name, tag } = splitReference(reference);
  try {
    const answer = await client.api(signal).createImage(registryAuth(credential), { fromImage: name, tag });
    for await (const message of readMessages(answer, client, signal)) {
      const failure = messageError(message);
      if (failure !== undefined) throw registryFailure('pull', reference, failure);
    }
  } catch (error) {
    if (error instanceof EngineRefusal) throw registryFailure('pull', reference, error.reason);
    throw error;
  }
}
