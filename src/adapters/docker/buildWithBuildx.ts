import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { BuildProgress, ImageBuild } from '../../engine/ports/containerEngine.ts';
import { buildFailure } from './buildFailure.ts';
import { createBuildRecord } from './buildRecord.ts';
import type { FoundSecret } from './buildSecrets.ts';
import type { BuildTools } from './buildTools.ts';
import { buildxArguments, readBuildxVersion } from './buildxArguments.ts';
import { readRawProgress } from './buildxProgress.ts';
import type { DockerClient } from './dockerClient.ts';

function definedOnly(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function findBuildx(
  { processes }: BuildTools,
  folder: string,
  environment: Record<string, string>,
  signal: AbortSignal,
) {
  let output = '';
  const request = {
    command: ['docker', 'buildx', 'version'] as const,
    folder,
    environment,
    onOutput: (text: string) => {
      output += text;
    },
  };
  const result = await processes.run(request, signal).catch((error: unknown) => {
    if (TowlineError.is(error, 'command-not-found')) return { exitCode: undefined };
    throw error;
  });
  const version = result.exitCode === 0 ? readBuildxVersion(output) : undefined;
  if (version) return version;
  throw new TowlineError('buildx-missing', {
    why: `ssh and named contexts go through \`docker buildx\`; \`docker buildx version\` said: ${output.trim().split('\n')[0] || 'docker: not found on PATH'}`,
  });
}

/**
 * Builds with `docker buildx build --load` on the same engine. It reads the context folder and its
 * .dockerignore by itself. Throws `buildx-missing` and what a build throws.
 */
export async function buildWithBuildx(
  client: DockerClient,
  build: ImageBuild,
  secrets: readonly FoundSecret[],
  tools: BuildTools,
  onProgress: (progress: BuildProgress) => void,
  signal: AbortSignal,
): Promise<{ readonly id: string }> {
  const environment = { ...definedOnly(tools.environment), ...client.endpoint.environment };
  const version = await findBuildx(tools, build.contextFolder, environment, signal);
  const idFile = join(tmpdir(), `towline-image-${randomUUID()}`);
  const record = createBuildRecord(onProgress);
  const progress = readRawProgress(record);
  try {
    const { exitCode } = await tools.processes.run(
      {
        command: ['docker', ...buildxArguments(build, secrets, version, client.endpoint.contextName, idFile)],
        folder: build.repositoryFolder,
        environment,
        onOutput: progress.take,
      },
      signal,
    );
    progress.end();
    if (exitCode === 0) return { id: readFileSync(idFile, 'utf8').trim() };
    throw buildFailure({
      message: progress.error() ?? `docker buildx build ended with ${exitCode ?? 'a signal'}`,
      dockerfile: build.dockerfile,
      failed: record.failed(),
      lastLines: record.lastLines(),
    });
  } finally {
    rmSync(idFile, { force: true });
  }
}
