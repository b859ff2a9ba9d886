import { expandVariables } from './expandVariables.ts';
import type { Dockerfile, DockerfileStage } from './readDockerfile.ts';

/** The choices of one build that decide which parts of a Dockerfile are used. */
export interface BuildChoices {
  readonly target?: string;
  readonly args?: Readonly<Record<string, string>>;
  /** `os/arch[/variant]`, for `$TARGETARCH` and the like. */
  readonly platform?: string;
  /** Named contexts: they stand in for stages and images of their name. */
  readonly contexts?: Readonly<Record<string, string>>;
}

export interface ResolvedDockerfile {
  /** Images from registries that the build reads, each once; without stages and `scratch`. */
  readonly baseImages: readonly string[];
  /** Ids of secrets and ssh agents that the stages in use mount: these need `docker buildx build`. */
  readonly secrets: readonly string[];
  readonly ssh: readonly string[];
  /** Names of the given contexts that are used: these need `docker buildx build`, too. */
  readonly contexts: readonly string[];
  /** Base images that cannot be told because an argument has no value, as written. */
  readonly unresolved: readonly string[];
}

type Origin =
  | { readonly kind: 'stage'; readonly index: number }
  | { readonly kind: 'image'; readonly image: string }
  | { readonly kind: 'context'; readonly name: string; readonly image?: string }
  | { readonly kind: 'scratch' }
  | { readonly kind: 'unresolved'; readonly written: string };

/** Says what a build of these stages needs from outside. Stages that the target does not need are left out. */
export function resolveDockerfile(dockerfile: Dockerfile, choices: BuildChoices = {}): ResolvedDockerfile {
  const variables = argumentValues(dockerfile, choices);
  const origins = dockerfile.stages.map((stage, index) => originsOf(stage, index));
  const used = stagesInUse(origins, targetIndex(dockerfile.stages, choices.target));
  const stages = dockerfile.stages.filter((_, index) => used.has(index));
  const needed = origins.filter((_, index) => used.has(index)).flat();
  return {
    baseImages: unique(needed.flatMap((origin) => ('image' in origin ? (origin.image ?? []) : []))),
    secrets: unique(stages.flatMap((stage) => stage.secrets)),
    ssh: unique(stages.flatMap((stage) => stage.ssh)),
    contexts: unique(needed.flatMap((origin) => (origin.kind === 'context' ? origin.name : []))),
    unresolved: unique(needed.flatMap((origin) => (origin.kind === 'unresolved' ? origin.written : []))),
  };

  function originsOf(stage: DockerfileStage, index: number): Origin[] {
    const base = originOf(stage.base, index, false);
    return [base, ...stage.copiesFrom.map((written) => originOf(written, index, true))];
  }

  function originOf(written: string, index: number, numbersCount: boolean): Origin {
    const { text, missing } = expandVariables(
      written,
      (name) => variables.get(name),
      dockerfile.escapeCharacter,
    );
    if (missing.length > 0 || text === '') return { kind: 'unresolved', written };
    const context = contextNamed(choices.contexts ?? {}, text);
    if (context !== undefined) return context;
    const stage = earlierStage(dockerfile.stages.slice(0, index), text, numbersCount);
    if (stage >= 0) return { kind: 'stage', index: stage };
    return text === 'scratch' ? { kind: 'scratch' } : { kind: 'image', image: text };
  }
}

function stagesInUse(origins: readonly (readonly Origin[])[], target: number): ReadonlySet<number> {
  const used = new Set<number>();
  const waiting = [target];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (used.has(index)) continue;
    used.add(index);
    for (const origin of origins[index] ?? []) {
      if (origin.kind === 'stage') waiting.push(origin.index);
      // Any stage may be meant, so all count: a key too wide is better than one too narrow.
      if (origin.kind === 'unresolved') waiting.push(...origins.keys());
    }
  }
  return used;
}

function targetIndex(stages: readonly DockerfileStage[], target: string | undefined): number {
  const found = target === undefined ? -1 : earlierStage(stages, target, true);
  return found >= 0 ? found : stages.length - 1;
}

/** Only earlier stages can be meant; numbers count in COPY and for the target, not in FROM. */
function earlierStage(stages: readonly DockerfileStage[], name: string, numbersCount: boolean): number {
  const named = stages.findLastIndex((stage) => stage.name === name.toLowerCase());
  if (named >= 0) return named;
  return numbersCount && /^\d+$/.test(name) && Number(name) < stages.length ? Number(name) : -1;
}

function contextNamed(contexts: Readonly<Record<string, string>>, name: string): Origin | undefined {
  for (const [key, value] of Object.entries(contexts)) {
    if (key !== name && `${key}:latest` !== name && key !== `${name}:latest`) continue;
    const image = /^docker-image:\/\/(.+)$/.exec(value)?.[1];
    return { kind: 'context', name: key, ...(image === undefined ? {} : { image }) };
  }
  return undefined;
}

/** Values of the ARGs before the first FROM: given ones first, then defaults, which may use earlier ones. */
function argumentValues(dockerfile: Dockerfile, choices: BuildChoices): ReadonlyMap<string, string> {
  const values = platformArguments(choices.platform);
  for (const [name, written] of dockerfile.arguments) {
    const given = choices.args?.[name];
    if (given !== undefined) values.set(name, given);
    else if (written !== undefined) {
      const { text, missing } = expandVariables(
        written,
        (other) => values.get(other),
        dockerfile.escapeCharacter,
      );
      if (missing.length === 0) values.set(name, text);
    }
  }
  return values;
}

function platformArguments(platform: string | undefined): Map<string, string> {
  if (platform === undefined) return new Map();
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  return new Map([
    ['TARGETPLATFORM', platform],
    ['TARGETOS', os],
    ['TARGETARCH', architecture],
    ['TARGETVARIANT', variant],
  ]);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
