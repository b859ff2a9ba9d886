import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../src/domain/errors/errorCatalogue.ts';
import { TowlineError } from '../../src/domain/errors/towlineError.ts';
import type {
  ContainerEngine,
  EngineContainer,
  ImageBuild,
  ImageDetails,
} from '../../src/engine/ports/containerEngine.ts';

export interface FakeContainerEngine extends ContainerEngine {
  /** Containers that somebody else started, by their ids; a test may put any there. */
  readonly containers: Map<string, EngineContainer>;
  /** Digests by pushed reference. */
  readonly pushed: ReadonlyMap<string, string>;
  /** Builds that ran, oldest first. */
  readonly builds: readonly ImageBuild[];
}

export interface FakeContainerEngineOptions {
  /** The engine is another machine's. */
  readonly remote?: boolean;
  /** Registries that answer; a push elsewhere is `registry-unreachable`. */
  readonly registries?: readonly string[];
  /** Every call waits for this, and can be cancelled meanwhile. */
  readonly gate?: () => Promise<void>;
}

function digestOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return `sha256:${hash.digest('hex')}`;
}

function fail(code: ErrorCode, why: string): never {
  throw new TowlineError(code, { why });
}

/** Instructions a Dockerfile may begin a line with. */
const instructions =
  /^(?:(?:FROM|RUN|COPY|ADD|CMD|ENTRYPOINT|ENV|ARG|LABEL|EXPOSE|USER|VOLUME|WORKDIR|STOPSIGNAL)\s|#|\s*$)/i;

/** Reads as much of a Dockerfile as failures need; `RUN false` fails, `RUN sleep` lasts until it is cancelled. */
function readDockerfile(path: string, images: ReadonlyMap<string, unknown>) {
  if (!existsSync(path)) fail('dockerfile-missing', `${path} does not exist`);
  const lines = readFileSync(path, 'utf8').split('\n');
  for (const [index, line] of lines.entries()) {
    if (!instructions.test(line)) {
      const at = { file: path, line: index + 1, column: 1 };
      throw new TowlineError('dockerfile-invalid', { why: `unknown instruction: ${line}`, at });
    }
    const base = /^FROM (\S+)/i.exec(line)?.[1];
    if (base && base !== 'scratch' && !images.has(base)) fail('base-image-missing', `${base}: not found`);
    if (/^RUN false/.test(line)) fail('build-failed', `[1/1] ${line} ended with exit code 1`);
  }
  return { text: lines.join('\n'), hangs: lines.some((line) => /^RUN .*sleep/.test(line)) };
}

function readFiles(build: ImageBuild): readonly Buffer[] {
  return build.files.flatMap(({ path, kind }) => {
    if (kind !== 'file') return [];
    const source = join(build.contextFolder, path);
    if (!existsSync(source)) fail('context-unreadable', `${source}: it vanished while the context was sent`);
    return [Buffer.from(path), readFileSync(source)];
  });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  if (signal.aborted) reject(signal.reason);
  else signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  return promise;
}

/** An engine in memory, held to the same contract as the real one. */
export function createFakeContainerEngine(options: FakeContainerEngineOptions = {}): FakeContainerEngine {
  const images = new Map<string, ImageDetails>();
  const containers = new Map<string, EngineContainer>();
  const containerFiles = new Map<string, string>();
  const pushed = new Map<string, string>();
  const builds: ImageBuild[] = [];

  async function enter(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (options.gate) await Promise.race([options.gate(), untilAborted(signal)]);
  }
  const findImage = (reference: string) =>
    images.get(reference) ?? [...images.values()].find(({ id }) => id === reference);

  return {
    containers,
    pushed,
    builds,
    async describe(signal) {
      await enter(signal);
      return {
        endpoint: 'fake:',
        because: 'test',
        product: 'docker',
        version: '0',
        apiVersion: '1.41',
        platform: 'linux/amd64',
        local: options.remote !== true,
        buildKit: true,
        limits: [],
      };
    },
    async isLocal(signal) {
      await enter(signal);
      return options.remote !== true;
    },
    async buildImage(build, onProgress, signal) {
      await enter(signal);
      builds.push(build);
      for (const { id, source } of build.secrets) {
        const found =
          'file' in source
            ? existsSync(join(build.repositoryFolder, source.file))
            : source.environment in process.env;
        if (!found) fail('secret-missing', `secret ${id} has no value`);
      }
      const { text, hangs } = readDockerfile(build.dockerfile, images);
      const content = readFiles(build);
      onProgress({ type: 'vertex', id: '1', name: '[1/1] fake', state: 'started' });
      if (hangs) {
        onProgress({ type: 'output', text: 'started\n' });
        await untilAborted(signal);
      }
      onProgress({ type: 'vertex', id: '1', name: '[1/1] fake', state: 'done' });
      const id = digestOf(text, JSON.stringify([build.args, build.labels, build.target]), ...content);
      const platform = build.platform ?? 'linux/amd64';
      for (const tag of build.tags)
        images.set(tag, { id, repositoryDigests: [], platform, labels: build.labels });
      return { id };
    },
    async inspectImage(reference, signal) {
      await enter(signal);
      return findImage(reference);
    },
    async tagImage(id, reference, signal) {
      await enter(signal);
      const image = findImage(id);
      if (image) images.set(reference, image);
    },
    async removeImage(reference, signal) {
      await enter(signal);
      images.delete(reference);
    },
    async pushImage(reference, _credential, onProgress, signal) {
      await enter(signal);
      const image = images.get(reference);
      if (!image) return fail('registry-failed', `${reference} is not on this engine`);
      const registry = reference.split('/')[0] ?? '';
      if (!options.registries?.includes(registry))
        return fail('registry-unreachable', `${registry}: connection refused`);
      onProgress({ type: 'layer', id: '1', state: pushed.has(reference) ? 'exists' : 'pushed' });
      const digest = digestOf('manifest', image.id);
      pushed.set(reference, digest);
      const name = `${reference.slice(0, reference.lastIndexOf(':'))}@${digest}`;
      for (const [tag, known] of images)
        if (known.id === image.id && !known.repositoryDigests.includes(name))
          images.set(tag, { ...known, repositoryDigests: [...known.repositoryDigests, name] });
      return { digest };
    },
    async pullImage(reference, _credential, signal) {
      await enter(signal);
      if (!findImage(reference)) fail('base-image-missing', `${reference}: not found`);
    },
    async listContainers(label, signal) {
      await enter(signal);
      const [name = '', value] = label.split('=');
      return [...containers.values()].filter(({ labels }) =>
        value === undefined ? name in labels : labels[name] === value,
      );
    },
    async findContainer(name, signal) {
      await enter(signal);
      return [...containers.values()].find((container) => container.name === name);
    },
    async resumeContainer(id, signal) {
      await enter(signal);
      const container = containers.get(id);
      if (!container) return fail('registry-not-started', `no such container: ${id}`);
      containers.set(id, { ...container, running: true });
    },
    async connectNetwork(id, network, signal) {
      await enter(signal);
      const container = containers.get(id);
      if (!container) return fail('engine-failed', `no such container: ${id}`);
      if (network in container.networks) return;
      const networks = { ...container.networks, [network]: [`172.18.0.${2 + containers.size}`] };
      containers.set(id, { ...container, networks });
    },
    async writeContainerFile(id, path, text, signal) {
      await enter(signal);
      if (!containers.has(id)) fail('engine-failed', `no such container: ${id}`);
      containerFiles.set(`${id}:${path}`, text);
    },
    async runInContainer(id, command, signal) {
      await enter(signal);
      if (!containers.get(id)?.running) fail('engine-failed', `container ${id} is not running`);
      const [program, path = ''] = command[0] === 'busybox' ? command.slice(1) : command;
      if (program !== 'cat') return { exitCode: 127, output: `${program}: not found` };
      const text = containerFiles.get(`${id}:${path}`);
      return text === undefined ? { exitCode: 1, output: 'no such file' } : { exitCode: 0, output: text };
    },
    async startContainer(container, signal) {
      await enter(signal);
      if ([...containers.values()].some(({ name }) => name === container.name)) {
        fail('registry-not-started', `container ${container.name}: the name is taken`);
      }
      if (!findImage(container.image)) fail('registry-not-started', `no such image: ${container.image}`);
      const { name, labels, hostPort, containerPort } = container;
      const started = {
        id: digestOf(name),
        name,
        running: true,
        labels,
        ports: [{ containerPort, hostAddress: '127.0.0.1', hostPort: hostPort || 49153 }],
        networks: { bridge: [`172.17.0.${2 + containers.size}`] },
      };
      containers.set(started.id, started);
      return started;
    },
    async stopContainer(id, { remove }, signal) {
      await enter(signal);
      const container = containers.get(id);
      if (remove) containers.delete(id);
      else if (container) {
        const networks = Object.fromEntries(Object.keys(container.networks).map((name) => [name, []]));
        containers.set(id, { ...container, running: false, ports: [], networks });
      }
    },
  };
}
