import type { ImageDetails } from '../../engine/ports/containerEngine.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import { type DockerClient, EngineRefusal } from './dockerClient.ts';
import { isRecord } from './dockerConfig.ts';
import { splitReference } from './imageReference.ts';
import { messageError, readMessages } from './readMessages.ts';
import { registryAuth } from './registryAuth.ts';
import { registryFailure } from './registryFailure.ts';

function isMissing(error: unknown): boolean {
  return error instanceof EngineRefusal && error.status === 404;
}

/** Undefined when the engine has no such image. */
export async function inspectImage(
  client: DockerClient,
  reference: string,
  signal: AbortSignal,
): Promise<ImageDetails | undefined> {
  let image: unknown;
  try {
    image = await client.request({ method: 'GET', path: `/images/${reference}/json` }, signal);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
  if (!isRecord(image)) return undefined;
  const { Id: id, RepoDigests: digests, Os: system, Architecture: architecture, Variant: variant } = image;
  const labels = isRecord(image.Config) ? image.Config.Labels : undefined;
  return {
    id: String(id),
    repositoryDigests: Array.isArray(digests) ? digests.map(String) : [],
    platform: [system, architecture, variant]
      .filter((part) => typeof part === 'string' && part !== '')
      .join('/'),
    labels: isRecord(labels)
      ? Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, String(value)]))
      : {},
  };
}

export async function tagImage(client: DockerClient, id: string, reference: string, signal: AbortSignal) {
  const { name, tag } = splitReference(reference);
  await client.request({ method: 'POST', path: `/images/${id}/tag`, query: { repo: name, tag } }, signal);
}

/** Missing is fine. */
export async function removeImage(
  client: DockerClient,
  reference: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await client.request({ method: 'DELETE', path: `/images/${reference}` }, signal);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

export async function pullImage(
  client: DockerClient,
  reference: string,
  credential: Credential | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { name, tag } = splitReference(reference);
  try {
    const answer = await client.open(
      {
        method: 'POST',
        path: '/images/create',
        query: { fromImage: name, tag },
        headers: registryAuth(credential),
      },
      signal,
    );
    for await (const message of readMessages(answer, client, signal)) {
      const failure = messageError(message);
      if (failure !== undefined) throw registryFailure('pull', reference, failure);
    }
  } catch (error) {
    if (error instanceof EngineRefusal) throw registryFailure('pull', reference, error.reason);
    throw error;
  }
}
