import type { ContainerEngine } from '../../engine/ports/containerEngine.ts';
import type { Processes } from '../../engine/ports/processes.ts';
import type { DockerClient } from './dockerClient.ts';
import type { DockerPlace } from './loadEndpoint.ts';

export interface ContainerEngineOptions extends DockerPlace {
  readonly platform: NodeJS.Platform;
  /** Runs `docker buildx` where a build needs it. */
  readonly processes: Processes;
}

/**
 * The engine that `docker` would use in this environment. Nothing is read, loaded or connected before the
 * first call; which engine it is, is settled once.
 */
export function createContainerEngine(options: ContainerEngineOptions): ContainerEngine {
  let client: Promise<DockerClient> | undefined;

  async function connect(signal: AbortSignal): Promise<DockerClient> {
    const { loadEndpoint } = await import('./loadEndpoint.ts');
    const { connectEngine } = await import('./dockerClient.ts');
    return connectEngine(loadEndpoint(options), options.environment, signal);
  }

  /** One connection for all; a caller that gives up while it is made leaves the others to make it anew. */
  async function connected(signal: AbortSignal): Promise<DockerClient> {
    signal.throwIfAborted();
    if (client) {
      const shared = await client.catch(() => undefined);
      signal.throwIfAborted();
      if (shared) return shared;
    }
    const connecting = connect(signal);
    client = connecting;
    connecting.catch(() => {
      if (client === connecting) client = undefined;
    });
    return connecting;
  }

  return {
    async describe(signal) {
      const { describeEngine } = await import('./describeEngine.ts');
      // Who asks this is mostly about to build and push; what that needs loads while others work.
      void Promise.all([
        import('./buildImage.ts'),
        import('./openSession.ts'),
        import('@grpc/grpc-js'),
        import('protobufjs/minimal.js'),
        import('./pushImage.ts'),
        import('./images.ts'),
      ]);
      return describeEngine(await connected(signal), signal);
    },
    async isLocal(signal) {
      return (await connected(signal)).endpoint.transport.kind === 'socket';
    },
    async buildImage(build, onProgress, signal) {
      const { buildImage } = await import('./buildImage.ts');
      return buildImage(await connected(signal), build, options, onProgress, signal);
    },
    async inspectImage(reference, signal) {
      const { inspectImage } = await import('./images.ts');
      return inspectImage(await connected(signal), reference, signal);
    },
    async tagImage(id, reference, signal) {
      const { tagImage } = await import('./images.ts');
      await tagImage(await connected(signal), id, reference, signal);
    },
    async removeImage(reference, signal) {
      const { removeImage } = await import('./images.ts');
      await removeImage(await connected(signal), reference, signal);
    },
    async pushImage(reference, credential, onProgress, signal) {
      const { pushImage } = await import('./pushImage.ts');
      return pushImage(await connected(signal), reference, credential, onProgress, signal);
    },
    async pullImage(reference, credential, signal) {
      const { pullImage } = await import('./images.ts');
      await pullImage(await connected(signal), reference, credential, signal);
    },
    async listContainers(label, signal) {
      const { listContainers } = await import('./containers.ts');
      return listContainers(await connected(signal), label, signal);
    },
    async findContainer(name, signal) {
      const { findContainer } = await import('./containers.ts');
      return findContainer(await connected(signal), name, signal);
    },
    async resumeContainer(id, signal) {
      const { resumeContainer } = await import('./containers.ts');
      await resumeContainer(await connected(signal), id, signal);
    },
    async connectNetwork(id, network, signal) {
      const { connectNetwork } = await import('./changeContainer.ts');
      await connectNetwork(await connected(signal), id, network, signal);
    },
    async writeContainerFile(id, path, text, signal) {
      const { writeContainerFile } = await import('./changeContainer.ts');
      await writeContainerFile(await connected(signal), id, path, text, signal);
    },
    async runInContainer(id, command, signal) {
      const { runInContainer } = await import('./changeContainer.ts');
      return runInContainer(await connected(signal), id, command, signal);
    },
    async startContainer(container, signal) {
      const { startContainer } = await import('./containers.ts');
      return startContainer(await connected(signal), container, signal);
    },
    async stopContainer(id, stop, signal) {
      const { stopContainer } = await import('./containers.ts');
      await stopContainer(await connected(signal), id, stop, signal);
    },
  };
}
