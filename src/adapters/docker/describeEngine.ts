import type { EngineDescription } from '../../engine/ports/containerEngine.ts';
import type { DockerClient } from './dockerClient.ts';
import { isRecord } from './dockerConfig.ts';

function text(value: unknown, otherwise = ''): string {
  return typeof value === 'string' && value !== '' ? value : otherwise;
}

/** BuildKit answers `POST /build?version=2` from API 1.39 (Docker 18.09) on, on Linux engines of Docker's own. */
export function hasBuildKit({ greeting }: DockerClient): boolean {
  const [major = 0, minor = 0] = greeting.apiVersion.split('.').map(Number);
  return greeting.product === 'docker' && greeting.system === 'linux' && (major > 1 || minor >= 39);
}

function limitsOf(client: DockerClient): readonly string[] {
  const limits: string[] = [];
  if (client.greeting.product === 'podman') {
    limits.push(
      'Podman builds through its Docker-compatible API: no progress per step, no build secrets, ssh or named contexts, and no RUN --mount options that need BuildKit.',
      'Podman does not stop a build that is cancelled: it goes on unseen until it ends.',
    );
  } else if (client.greeting.system !== 'linux') {
    limits.push('This engine runs Windows containers, which BuildKit does not build.');
  } else if (!hasBuildKit(client)) {
    limits.push('This engine has no BuildKit: only the classic builder, without RUN --mount and secrets.');
  }
  if (client.endpoint.transport.kind !== 'socket') {
    limits.push(
      'This engine is remote: the build context travels over the network, and clusters behind it do not count as local.',
    );
  }
  return limits;
}

/** Asks an engine who it is. */
export async function describeEngine(client: DockerClient, signal: AbortSignal): Promise<EngineDescription> {
  const answer: unknown = await client.api(signal).version();
  const version = isRecord(answer) ? answer : {};
  return {
    endpoint: client.endpoint.address,
    because: client.endpoint.because,
    product: client.greeting.product,
    version: text(version.Version, 'unknown'),
    apiVersion: client.greeting.apiVersion,
    platform: `${text(version.Os, 'linux')}/${text(version.Arch, 'amd64')}`,
    local: client.endpoint.transport.kind === 'socket',
    buildKit: hasBuildKit(client),
    limits: limitsOf(client),
  };
}
