import type Dockerode from 'dockerode';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ContainerEngine, EngineContainer } from '../../engine/ports/containerEngine.ts';
import type { DockerClient } from './dockerClient.ts';
import { EngineRefusal, ignoreRefusal } from './engineError.ts';

/** Engines fill with null what the declared type takes for granted. */
type ToldContainer = Pick<Dockerode.ContainerInfo, 'Id' | 'State'> & {
  readonly [Name in 'Names' | 'Labels' | 'Ports']?: Dockerode.ContainerInfo[Name] | null;
} & {
  readonly NetworkSettings?: {
    readonly Networks?: Readonly<Record<string, Partial<Dockerode.NetworkInfo> | null>> | null;
  } | null;
};

function readContainer({
  Id: id,
  Names: names,
  State: state,
  Labels: labels,
  Ports: ports,
  NetworkSettings: settings,
}: ToldContainer): EngineContainer {
  return {
    id,
    name: (names?.[0] ?? '').replace(/^\//, ''),
    running: state === 'running',
    labels: labels ?? {},
    ports: (ports ?? [])
      .filter(({ PublicPort: published, Type: protocol }) => published !== undefined && protocol === 'tcp')
      .map(({ PrivatePort: containerPort, PublicPort: hostPort, IP: hostAddress }) => ({
        containerPort,
        hostPort,
        // Podman leaves out that it is all of them.
        hostAddress: hostAddress || '0.0.0.0',
      })),
    networks: Object.fromEntries(
      Object.entries(settings?.Networks ?? {}).map(([network, told]) => [network, addressesOf(told)]),
    ),
  };
}

function addressesOf(told: Partial<Dockerode.NetworkInfo> | null): readonly string[] {
  return [told?.IPAddress ?? '', told?.GlobalIPv6Address ?? ''].filter((address) => address !== '');
}

async function listMatching(
  client: DockerClient,
  filters: Record<string, string[]>,
  signal: AbortSignal,
): Promise<readonly EngineContainer[]> {
  return (await client.api(signal).listContainers({ all: true, filters })).map(readContainer);
}

/** Containers with a label, stopped ones too. */
export function listContainers(client: DockerClient, label: string, signal: AbortSignal) {
  return listMatching(client, { label: [label] }, signal);
}

/** The engine's filter takes a pattern, and a part of a name would do. */
export async function findContainer(
  client: DockerClient,
  name: string,
  signal: AbortSignal,
): Promise<EngineContainer | undefined> {
  const found = await listMatching(client, { name: [name] }, signal);
  return found.find((container) => container.name === name);
}

export async function resumeContainer(client: DockerClient, id: string, signal: AbortSignal): Promise<void> {
  try {
    // 304: runs already.
    await ignoreRefusal(client.api(signal).getContainer(id).start(), 304);
  } catch (error) {
    if (!(error instanceof EngineRefusal)) throw error;
    throw new TowlineError('registry-not-started', { why: `container ${id}: ${error.reason}`, cause: error });
  }
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
): Promise<EngineContainer> {
  const port = `${container.containerPort}/tcp`;
  let created: Dockerode.Container | undefined;
  try {
    created = await client.api(signal).createContainer(
      separate(
        { name: container.name },
        {
          Image: container.image,
          Labels: container.labels,
          Env: Object.entries(container.environment).map(([name, value]) => `${name}=${value}`),
          ExposedPorts: { [port]: {} },
          HostConfig: {
            PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: String(container.hostPort) }] },
            Mounts: [{ Type: 'volume', Source: container.volume.name, Target: container.volume.path }],
          },
        },
      ),
    );
    await created.start();
    const [started] = await listMatching(client, { id: [created.id] }, signal);
    if (started) return started;
    throw new TowlineError('registry-not-started', { why: `container ${container.name} was gone at once` });
  } catch (error) {
    if (created) await removeHalfMade(client, created.id).catch(() => undefined);
    if (!(error instanceof EngineRefusal)) throw error;
    throw new TowlineError('registry-not-started', {
      why: `container ${container.name}: ${error.reason}`,
      cause: error,
    });
  }
}

/** The library sends its options in the address as well, environment included, unless they come apart. */
function separate(query: object, body: Dockerode.ContainerCreateOptions): Dockerode.ContainerCreateOptions {
  return { _query: query, _body: body } as Dockerode.ContainerCreateOptions;
}

/** Goes on after an abort: a container that was made must go. */
async function removeHalfMade(client: DockerClient, id: string): Promise<void> {
  await client.api(AbortSignal.timeout(10_000)).getContainer(id).remove({ force: true, v: true });
}

/** Stops a container and, when asked, removes it and the volumes it had; missing is fine. */
export async function stopContainer(
  client: DockerClient,
  id: string,
  options: { readonly remove: boolean; readonly volumes: boolean },
  signal: AbortSignal,
): Promise<void> {
  const api = client.api(signal);
  const container = api.getContainer(id);
  const details = await ignoreRefusal(container.inspect(), 404);
  if (details === undefined) return;
  // 304: stopped already.
  await ignoreRefusal(ignoreRefusal(container.stop({ t: 10 }), 404), 304);
  if (!options.remove) return;
  await ignoreRefusal(container.remove({ force: true, v: true }), 404);
  if (!options.volumes) return;
  for (const { Type: type, Name: volume } of details.Mounts) {
    if (type === 'volume' && volume) await ignoreRefusal(api.getVolume(volume).remove(), 404);
  }
}
