import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ContainerEngine, OwnedContainer } from '../../engine/ports/containerEngine.ts';
import { type DockerClient, EngineRefusal } from './dockerClient.ts';
import { isRecord } from './dockerConfig.ts';

function readPort(ports: unknown): number | undefined {
  if (!Array.isArray(ports)) return undefined;
  const published = ports.find((port: unknown) => isRecord(port) && typeof port.PublicPort === 'number');
  return isRecord(published) ? Number(published.PublicPort) : undefined;
}

function readContainer(container: Record<string, unknown>): OwnedContainer {
  const names = Array.isArray(container.Names) ? container.Names : [];
  const port = readPort(container.Ports);
  return {
    id: String(container.Id),
    name: String(names[0] ?? '').replace(/^\//, ''),
    running: container.State === 'running',
    labels: isRecord(container.Labels)
      ? Object.fromEntries(Object.entries(container.Labels).map(([key, value]) => [key, String(value)]))
      : {},
    ...(port === undefined ? {} : { port }),
  };
}

async function listMatching(
  client: DockerClient,
  filters: object,
  signal: AbortSignal,
): Promise<readonly OwnedContainer[]> {
  const answer = await client.request(
    { method: 'GET', path: '/containers/json', query: { all: true, filters } },
    signal,
  );
  return Array.isArray(answer) ? answer.filter(isRecord).map(readContainer) : [];
}

/** Containers with a label, stopped ones too. */
export function listContainers(client: DockerClient, label: string, signal: AbortSignal) {
  return listMatching(client, { label: [label] }, signal);
}

type ContainerRequest = Parameters<ContainerEngine['startContainer']>[0];

/**
 * Creates and starts a container whose port is published on 127.0.0.1 only. Throws `registry-not-started`
 * when the name or the port is taken, or the image is not there; nothing half-made stays.
 */
export async function startContainer(
  client: DockerClient,
  container: ContainerRequest,
  signal: AbortSignal,
): Promise<OwnedContainer> {
  const port = `${container.containerPort}/tcp`;
  let id: string | undefined;
  try {
    const created = await client.request(
      {
        method: 'POST',
        path: '/containers/create',
        query: { name: container.name },
        body: {
          Image: container.image,
          Labels: container.labels,
          Env: Object.entries(container.environment).map(([name, value]) => `${name}=${value}`),
          ExposedPorts: { [port]: {} },
          HostConfig: {
            PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(container.hostPort) }] },
            Mounts: [{ Type: 'volume', Source: container.volume.name, Target: container.volume.path }],
          },
        },
      },
      signal,
    );
    id = isRecord(created) ? String(created.Id) : '';
    await client.request({ method: 'POST', path: `/containers/${id}/start` }, signal);
    const [started] = await listMatching(client, { id: [id] }, signal);
    if (started) return started;
    throw new TowlineError('registry-not-started', { why: `container ${container.name} was gone at once` });
  } catch (error) {
    if (id !== undefined) await removeContainer(client, id).catch(() => undefined);
    if (!(error instanceof EngineRefusal)) throw error;
    throw new TowlineError('registry-not-started', {
      why: `container ${container.name}: ${error.reason}`,
      cause: error,
    });
  }
}

/** Goes on after an abort: a container that was made must go. */
async function removeContainer(client: DockerClient, id: string): Promise<void> {
  await client.request(
    { method: 'DELETE', path: `/containers/${id}`, query: { force: true, v: true } },
    AbortSignal.timeout(10_000),
  );
}

async function ignoreMissing(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof EngineRefusal && error.status === 404) return undefined;
    throw error;
  }
}

function volumesOf(details: unknown): readonly string[] {
  const mounts = isRecord(details) && Array.isArray(details.Mounts) ? details.Mounts : [];
  return mounts
    .filter(isRecord)
    .flatMap(({ Type: type, Name: name }) => (type === 'volume' ? [String(name)] : []));
}

/** Stops a container and, when asked, removes it and the volumes it had; missing is fine. */
export async function stopContainer(
  client: DockerClient,
  id: string,
  options: { readonly remove: boolean; readonly volumes: boolean },
  signal: AbortSignal,
): Promise<void> {
  const details = await ignoreMissing(
    client.request({ method: 'GET', path: `/containers/${id}/json` }, signal),
  );
  if (details === undefined) return;
  await ignoreMissing(
    client.request({ method: 'POST', path: `/containers/${id}/stop`, query: { t: 10 } }, signal),
  );
  if (!options.remove) return;
  await ignoreMissing(
    client.request({ method: 'DELETE', path: `/containers/${id}`, query: { force: true, v: true } }, signal),
  );
  if (!options.volumes) return;
  for (const volume of volumesOf(details)) {
    await ignoreMissing(client.request({ method: 'DELETE', path: `/volumes/${volume}` }, signal));
  }
}
