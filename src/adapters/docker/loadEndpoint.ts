import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { sha256Of } from '../../domain/hashing/sha256.ts';
import { type DockerConfig, readDockerConfig } from './dockerConfig.ts';
import { type Endpoint, resolveEndpoint } from './resolveEndpoint.ts';

export interface DockerPlace {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Absolute, native. */
  readonly homeFolder: string;
}

/** Docker's configuration folder: `$DOCKER_CONFIG` or `~/.docker`. */
export function dockerConfigFolder({ environment, homeFolder }: DockerPlace): string {
  return environment.DOCKER_CONFIG || join(homeFolder, '.docker');
}

/** Text of a file, or undefined when there is none. Throws `engine-config-invalid` when it cannot be read. */
function readText(path: string): string | undefined {
  try {
    // Where there is none, as mostly, an error costs more than the question.
    return statSync(path, { throwIfNoEntry: false }) && readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new TowlineError('engine-config-invalid', { why: `${path} cannot be read: ${code}`, cause: error });
  }
}

/** Reads `config.json`, which need not exist. Throws `engine-config-invalid`. */
export function loadDockerConfig(place: DockerPlace): {
  readonly path: string;
  readonly config: DockerConfig;
} {
  const path = join(dockerConfigFolder(place), 'config.json');
  return { path, config: readDockerConfig(readText(path), path) };
}

/** Reads what {@link resolveEndpoint} decides on. */
export function loadEndpoint(place: DockerPlace & { readonly platform: NodeJS.Platform }): Endpoint {
  const configFolder = dockerConfigFolder(place);
  return resolveEndpoint({
    environment: place.environment,
    platform: place.platform,
    configFolder,
    config: loadDockerConfig(place).config,
    readMeta: (name) => {
      const path = join(configFolder, 'contexts', 'meta', sha256Of(name), 'meta.json');
      const text = readText(path);
      return text === undefined ? undefined : { path, text };
    },
    tlsFolder: (name) => {
      const folder = join(configFolder, 'contexts', 'tls', sha256Of(name), 'docker');
      return existsSync(folder) ? folder : undefined;
    },
  });
}
