import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isAbsolute, relative, sep } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { BuildProgress, ImageBuild } from '../../engine/ports/containerEngine.ts';
import type { Processes } from '../../engine/ports/processes.ts';
import { type BuildSource, buildOnEngine } from './buildOnEngine.ts';
import { findSecret } from './buildSecrets.ts';
import { hasBuildKit } from './describeEngine.ts';
import type { DockerClient } from './dockerClient.ts';
import { packContext } from './packContext.ts';

export interface BuildTools {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly processes: Processes;
}

/** The Dockerfile's place among the files that are sent; undefined when it is not one of them. */
function sentDockerfile(build: ImageBuild): string | undefined {
  const path = relative(build.contextFolder, build.dockerfile);
  if (isAbsolute(path)) return undefined;
  const name = path.split(sep).join('/');
  return build.files.some((file) => file.path === name && file.kind === 'file') ? name : undefined;
}

function readDockerfile(path: string): Buffer {
  try {
    return readFileSync(path);
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
  signal: AbortSignal,
): Promise<BuildSource> {
  const extra: { name: string; bytes: Buffer }[] = [];
  let dockerfile = sentDockerfile(build);
  if (dockerfile === undefined) {
    const bytes = readDockerfile(build.dockerfile);
    dockerfile = `.dockerfile.${createHash('sha256').update(bytes).digest('hex').slice(0, 20)}`;
    extra.push({ name: dockerfile, bytes });
    if (!build.files.some(({ path }) => path === '.dockerignore')) {
      extra.push({ name: '.dockerignore', bytes: Buffer.from(`${dockerfile}\n.dockerignore\n`) });
    }
  }
  const upload = await packContext(build.contextFolder, build.files, extra, platform, signal);
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
 * Builds with the simplest way that can do it: an archive for BuildKit or the classic builder, a session where
 * BuildKit has to ask back (secrets, credentials, a Dockerfile that is not part of the context), `docker buildx`
 * for ssh and named contexts.
 */
export async function buildImage(
  client: DockerClient,
  build: ImageBuild,
  tools: BuildTools,
  onProgress: (progress: BuildProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
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
    const source = await archiveSource(build, {}, tools.platform, signal);
    return buildOnEngine(client, build, source, onProgress, signal);
  }
  if (needsBuildx) {
    const { buildWithBuildx } = await import('./buildWithBuildx.ts');
    return buildWithBuildx(client, build, secrets, tools, onProgress, signal);
  }
  const source = await archiveSource(build, { version: '2' }, tools.platform, signal);
  return buildOnEngine(client, build, source, onProgress, signal);
}
