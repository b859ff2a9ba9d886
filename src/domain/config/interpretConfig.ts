import { present } from '../../base/present.ts';
import type { ManifestRepository, ManifestStyle } from '../workspace/environment.ts';
import { joinPath } from '../workspace/repoPath.ts';
import type { BuildPlan, BuildSecret, RepoPath } from '../workspace/service.ts';
import type { Config, ConfiguredEnvironment, ConfiguredService, ConfiguredTests } from './config.ts';
import { parseDuration } from './parseDuration.ts';

/** The file as the schema describes it. */
interface WrittenConfig {
  readonly registry?: string;
  readonly ignore?: readonly string[];
  readonly services?: Readonly<Record<string, WrittenService | null>> | null;
  readonly environments?: Readonly<Record<string, WrittenEnvironment | null>> | null;
  readonly runs?: {
    readonly keep?: number;
    readonly parallel?: number;
    readonly baseImageMaxAge?: string;
  } | null;
}

interface WrittenService {
  readonly path?: string;
  readonly image?: string;
  readonly tests?: 'none' | readonly [string, ...string[]] | WrittenTests;
  readonly build?: WrittenBuild;
  readonly dependsOn?: readonly string[];
}

interface WrittenTests extends Omit<ConfiguredTests, 'timeout'> {
  readonly timeout?: string;
}

interface WrittenBuild extends Partial<Omit<BuildPlan, 'args' | 'secrets' | 'timeout'>> {
  readonly args?: Readonly<Record<string, string | number | boolean>>;
  readonly secrets?: readonly {
    readonly id: string;
    readonly file?: string;
    readonly environment?: string;
  }[];
  readonly timeout?: string;
}

interface WrittenEnvironment {
  readonly path?: string;
  readonly repository?: string;
  readonly branch?: string;
  readonly services?: readonly string[];
  readonly allowDirty?: boolean;
  readonly group?: boolean;
  readonly context?: string;
  readonly style?: ManifestStyle;
}

/** Turns a value in which neither the schema nor the value checks found a problem into a Config. */
export function interpretConfig(value: unknown, locate: Config['locate']): Config {
  const written = (value ?? {}) as WrittenConfig;
  const environments = Object.entries(written.environments ?? {});
  return present({
    registry: written.registry?.replace(/\/+$/, ''),
    ignored: (written.ignore ?? []).map(cleanPath),
    services: new Map(mapValues(written.services ?? {}, (service) => readService(service ?? {}))),
    environments:
      environments.length === 0
        ? undefined
        : new Map(environments.map(([name, environment]) => [name, readEnvironment(environment ?? {})])),
    settings: present({
      keepRuns: written.runs?.keep,
      parallel: written.runs?.parallel,
      baseImageMaxAge: seconds(written.runs?.baseImageMaxAge),
    }),
    locate,
  });
}

function readService({ path, image, tests, build, dependsOn }: WrittenService): ConfiguredService {
  return present({
    folder: cleaned(path),
    image,
    tests: tests === undefined ? undefined : readTests(tests),
    build: build === undefined ? undefined : readBuild(build),
    dependsOn,
  });
}

function readTests(tests: NonNullable<WrittenService['tests']>): 'none' | ConfiguredTests {
  if (tests === 'none') return tests;
  if (isCommand(tests)) return { command: tests };
  const { inputs, timeout, ...rest } = tests;
  return present({ ...rest, inputs: inputs?.map(cleanPath), timeout: seconds(timeout) });
}

function isCommand(
  tests: readonly [string, ...string[]] | WrittenTests,
): tests is readonly [string, ...string[]] {
  return Array.isArray(tests);
}

function readBuild(build: WrittenBuild): Partial<BuildPlan> {
  const { dockerfile, context, args, secrets, contexts, timeout, ...rest } = build;
  return present({
    ...rest,
    dockerfile: cleaned(dockerfile),
    context: cleaned(context),
    args: args === undefined ? undefined : Object.fromEntries(mapValues(args, String)),
    secrets: secrets?.map(
      ({ id, file, environment = '' }): BuildSecret => ({
        id,
        source: file === undefined ? { environment } : { file },
      }),
    ),
    contexts: contexts === undefined ? undefined : Object.fromEntries(mapValues(contexts, cleanContext)),
    timeout: seconds(timeout),
  });
}

function readEnvironment({ path, repository, ...rest }: WrittenEnvironment): ConfiguredEnvironment {
  return present({
    ...rest,
    path: cleaned(path),
    repository: repository === undefined ? undefined : readRepository(repository),
  });
}

function readRepository(written: string): ManifestRepository {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(written) || /^[^/\\:]{2,}:[^\\]/.test(written)) {
    return { kind: 'remote', url: written };
  }
  return written === '.' || written === './' ? { kind: 'same' } : { kind: 'local', path: written };
}

/** Paths have been checked to stay inside the repository. */
function cleanPath(written: string): RepoPath {
  return joinPath('', written) ?? written;
}

function cleaned(written: string | undefined): RepoPath | undefined {
  return written === undefined ? undefined : cleanPath(written);
}

function cleanContext(value: string): string {
  return /^[a-z][a-z0-9+.-]*:/.test(value) ? value : cleanPath(value);
}

function seconds(written: string | undefined): number | undefined {
  return written === undefined ? undefined : parseDuration(written);
}

function mapValues<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From) => To,
): (readonly [string, To])[] {
  return Object.entries(record).map(([key, value]) => [key, change(value)]);
}
