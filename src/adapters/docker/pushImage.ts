import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { PushProgress } from '../../engine/ports/containerEngine.ts';
import type { Credential } from '../../engine/ports/credentials.ts';
import type { DockerClient } from './dockerClient.ts';
import { isRecord } from './dockerConfig.ts';
import { EngineRefusal } from './engineError.ts';
import { splitReference } from './imageReference.ts';
import { type EngineMessage, messageError, readMessages } from './readMessages.ts';
import { registryAuth } from './registryAuth.ts';
import { registryFailure } from './registryFailure.ts';

type LayerState = Extract<PushProgress, { type: 'layer' }>['state'];

const layerStates: Readonly<Record<string, LayerState>> = {
  Preparing: 'waiting',
  Waiting: 'waiting',
  Pushing: 'pushing',
  Pushed: 'pushed',
  'Layer already exists': 'exists',
};

function readLayer({ id, status, progressDetail }: EngineMessage): PushProgress | undefined {
  if (typeof status !== 'string') return undefined;
  if (typeof id !== 'string') return { type: 'output', text: `${status}\n` };
  const state = layerStates[status] ?? (status.startsWith('Mounted from') ? 'exists' : undefined);
  if (!state) return { type: 'output', text: `${id}: ${status}\n` };
  const detail = isRecord(progressDetail) ? progressDetail : {};
  return {
    type: 'layer',
    id,
    state,
    ...(typeof detail.current === 'number' ? { bytes: detail.current } : {}),
    ...(typeof detail.total === 'number' ? { total: detail.total } : {}),
  };
}

/** Pushes a tag; resolves to the digest that the registry gave its manifest. */
export async function pushImage(
  client: DockerClient,
  reference: string,
  credential: Credential | undefined,
  onProgress: (progress: PushProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly digest: string }> {
  const { name, tag } = splitReference(reference);
  let digest: string | undefined;
  try {
    const image = client.api(signal).getImage(name);
    const answer = await image.push({ tag, authconfig: registryAuth(credential) });
    for await (const message of readMessages(answer, client, signal)) {
      const failure = messageError(message);
      if (failure !== undefined) throw registryFailure('push', reference, failure);
      const { aux, status } = message;
      if (isRecord(aux) && typeof aux.Digest === 'string') digest = aux.Digest;
      // Podman tells the digest only in words.
      if (typeof status === 'string') digest ??= /digest: (sha256:[0-9a-f]{64})/.exec(status)?.[1];
      const progress = readLayer(message);
      if (progress) onProgress(progress);
    }
  } catch (error) {
    if (error instanceof EngineRefusal) throw registryFailure('push', reference, error.reason);
    throw error;
  }
  if (digest) return { digest };
  throw new TowlineError('registry-failed', {
    why: `push of ${reference}: the engine ended without an error and without naming a digest`,
  });
}
