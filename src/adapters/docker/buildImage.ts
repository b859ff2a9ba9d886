import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { basename, isAbsolute, join, relative, sep } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { BuildProgress, ImageBuild } from '../../engine/ports/containerEngine.ts';
import { type BuildSource, buildOnEngine } from './buildOnEngine.ts';
import { type FoundSecret, findSecret } from './buildSecrets.ts';
import type { BuildTools } from './buildTools.ts';
import { hasBuildKit } from './describeEngine.ts';
import type { DockerClient } from './dockerClient.ts';
import { packContext } from './packContext.ts';

/** The Dockerfile's place among the files that are sent; undefined when it is not one of them. */
function sentDockerfile(build: ImageBuild): string | undefined {
  const path = relative(build.contextFolder, build.dockerfile);
  if (isAbsolute(path)) return undefined;
  const name = path.split(sep).join('/');
  return build.files.some((file) => file.path === name && file.kind === 'file') ? name : undefined;
}

function requireDockerfile(path: string): void {
  try {
    accessSync(path, constants.R_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new TowlineError('dockerfile-missing', {
      why: code === 'ENOENT' ? `${path} does not exist` : `${path} cannot be read: ${code}`,
      cause: error,
    });
  }
}

/**
 * An archive with the Dockerfile in it. One that is not among the files is added under a name made from its
 * content; a .dockerignore beside it keeps it out of COPY on engines that still read one.
 */
async function archiveSource(
  build: ImageBuild,
  query: BuildSource['query'],
  platform: NodeJS.Platform,
): Promise<BuildSource> {
  const extra: { name: string; bytes: Buffer }[] = [];
  let dockerfile = sentDockerfile(build);
  if (dockerfile === undefined) {
    const bytes = readFileSync(build.dockerfile);
    dockerfile = `.dockerfile.${createHash('sha256').update(bytes).digest('hex').slice(0, 20)}`;
    extra.push({ name: dockerfile, bytes });
    if (!build.files.some(({ path }) => path === '.dockerignore')) {
      extra.push({ name: '.dockerignore', bytes: Buffer.from(`${dockerfile}\n.dockerignore\n`) });
    }
  }
  const upload = await packContext(build.contextFolder, build.files, extra, platform);
  return {
    query: { ...query, dockerfile },
    upload,
    failure: upload.failure,
    close: () => {
      upload.archive.destroy();
    },
  };
}

/**
 * Everything through a session, so that the engine gets the Dockerfile beside the context and asks for secrets
 * and credentials when it needs them.
 */
async function sessionSource(
  client: DockerClient,
  build: ImageBuild,
  secrets: readonly FoundSecret[],
  { environment, platform }: BuildTools,
  signal: AbortSignal,
): Promise<BuildSource> {
  const { openSession } = await import('./openSession.ts');
  const dockerfile = basename(build.dockerfile);
  const content = {
    folders: {
      context: build.files.map((file) => ({ ...file, source: join(build.contextFolder, file.path) })),
      dockerfile: [{ path: dockerfile, kind: 'file', mode: 0o644, source: build.dockerfile }],
    },
    secrets,
    credentials: build.credentials,
  } as const;
  const session = await openSession(client, content, environment, platform, signal);
  return {
    query: { version: '2', remote: 'client-session', session: session.id, dockerfile },
    failure: session.failure,
    close: session.close,
  };
}

/**
 * Builds with the simplest way that can do it: an archive for BuildKit or the classic builder; a session where
 * BuildKit has to ask back (secrets, credentials) or must not see the Dockerfile in the context; `docker buildx`
 * for ssh and named contexts.
 */
export async function buildImage(
  client: DockerClient,
  build: ImageBuild,
  tools: BuildTools,
  onProgress: (progress: BuildProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
  requireDockerfile(build.dockerfile);
  const secrets = build.secrets.map((secret) =>
    findSecret(secret, build.repositoryFolder, tools.environment),
  );
  const needsBuildx = build.ssh.length > 0 || Object.keys(build.contexts).length > 0;
  if (!hasBuildKit(client)) {
    if (secrets.length > 0 || needsBuildx) {
      throw new TowlineError('engine-unsupported', {
        why: `${client.endpoint.address} has no BuildKit, which secrets, ssh and named contexts need`,
      });
    }
    const source = await archiveSource(build, {}, tools.platform);
    return buildOnEngine(client, build, source, onProgress, signal);
  }
  if (needsBuildx) {
    const { buildWithBuildx } = await import('./buildWithBuildx.ts');
    return buildWithBuildx(client, build, secrets, tools, onProgress, signal);
  }
  const needsSession =
    secrets.length > 0 || Object.keys(build.credentials).length > 0 || sentDockerfile(build) === undefined;
  const source = needsSession
    ? await sessionSource(client, build, secrets, tools, signal)
    : await archiveSource(build, { version: '2' }, tools.platform);
  return buildOnEngine(client, build, source, onProgress, signal);
}
