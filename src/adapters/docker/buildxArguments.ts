import type { ImageBuild } from '../../engine/ports/containerEngine.ts';
import type { FoundSecret } from './buildSecrets.ts';

export interface BuildxVersion {
  readonly major: number;
  readonly minor: number;
}

/** Reads `github.com/docker/buildx v0.19.3 ...`; Debian writes the version without `v`. */
export function readBuildxVersion(output: string): BuildxVersion | undefined {
  const found = /buildx v?(\d+)\.(\d+)/.exec(output);
  return found ? { major: Number(found[1]), minor: Number(found[2]) } : undefined;
}

function isAtLeast(version: BuildxVersion, minor: number): boolean {
  return version.major > 0 || version.minor >= minor;
}

/** One field of the comma-separated values that buildx's options take. */
function field(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function secretOption(secret: FoundSecret): string {
  return [`id=${secret.id}`, 'path' in secret ? `src=${secret.path}` : `env=${secret.variable}`]
    .map(field)
    .join(',');
}

function repeated(option: string, values: readonly string[]): readonly string[] {
  return values.flatMap((value) => [option, value]);
}

function pairs(values: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(values).map(([name, value]) => `${name}=${value}`);
}

/** Everything after `docker`. */
export function buildxArguments(
  build: ImageBuild,
  secrets: readonly FoundSecret[],
  version: BuildxVersion,
  builder: string,
  idFile: string,
): readonly string[] {
  return [
    'buildx',
    'build',
    // A builder is named after its context: the user's selected builder may be another engine.
    ...['--builder', builder, '--load', '--iidfile', idFile, '--file', build.dockerfile],
    ...(isAtLeast(version, 10) ? ['--provenance=false'] : []),
    `--progress=${isAtLeast(version, 13) ? 'rawjson' : 'plain'}`,
    ...repeated('--tag', build.tags),
    ...(build.target === undefined ? [] : ['--target', build.target]),
    ...(build.platform === undefined ? [] : ['--platform', build.platform]),
    ...repeated('--build-arg', pairs(build.args)),
    ...repeated('--label', pairs(build.labels)),
    ...repeated('--secret', secrets.map(secretOption)),
    ...repeated('--ssh', build.ssh),
    ...repeated('--build-context', pairs(build.contexts)),
    '--',
    build.contextFolder,
  ];
}
