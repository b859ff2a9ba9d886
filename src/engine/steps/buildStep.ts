import { join } from 'node:path';
import { readDockerfile } from '../../domain/dockerfile/readDockerfile.ts';
import { type ResolvedDockerfile, resolveDockerfile } from '../../domain/dockerfile/resolveDockerfile.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { parseImageReference } from '../../domain/images/imageReference.ts';
import { imageTag } from '../../domain/images/imageTag.ts';
import { registryPlace } from '../../domain/images/targetRepository.ts';
import type { KeyInputs } from '../../domain/keys/keyInputs.ts';
import type { BuildOutput } from '../../domain/runs/stepOutput.ts';
import type { BuildPlan, RepoPath, Service } from '../../domain/workspace/service.ts';
import { fileInputs, keyedHash } from '../keys/contentKey.ts';
import type { Look } from '../keys/look.ts';
import type { ContextFile, ImageBuild } from '../ports/containerEngine.ts';
import type { Credential } from '../ports/credentials.ts';
import { mainRemote } from '../workspace/mainRemote.ts';
import { contextFiles, ignoreFiles, listContext } from './contextFiles.ts';
import { placeInWorkspace } from './placeInWorkspace.ts';
import { findPushed } from './pushStep.ts';
import type { FoundFiles, Step, StepContext } from './step.ts';
import { testStep } from './testStep.ts';

/** Test passed → an image on the engine, named by branch, commit and time. */
export const buildStep: Step<BuildOutput> = {
  name: 'build',
  gate: testStep,

  timeLimit: ({ service }) => service.build?.timeout,

  async inputs(context, look) {
    const { service, scope } = context;
    const build = planOf(service);
    const { resolved } = readBuildFile(context, build);
    return {
      ...(await baseInputs(context, build, resolved.baseImages)),
      ...(await secretInputs(context, build, look)),
      recipe: recipeOf(build),
      'working tree': scope.dirtyServices.has(service.name) ? 'has uncommitted changes' : 'is committed',
    };
  },

  files: {
    selection: ({ service: { build } }) => JSON.stringify([build?.context, build?.dockerfile]),
    read: (context, look) => contextInputs(context, planOf(context.service), look),
  },

  async verify(context, output) {
    // A registry that does not answer stops the push, which says so; the image may still be here.
    const pushed = await findPushed(context, output).catch(() => undefined);
    context.signal.throwIfAborted();
    if (pushed) return true;
    return (await context.scope.ports.containers.inspectImage(output.imageId, context.signal)) !== undefined;
  },

  async run(context, key) {
    const { service, scope, signal, report } = context;
    const build = planOf(service);
    const { resolved } = readBuildFile(context, build);
    const [engine, facts, files] = await Promise.all([
      scope.engine.get(signal),
      sourceFacts(context, key),
      contextFiles(scope.opened.folder, build, scope.ports.files, signal),
      placeUpstreamImages(context, resolved.baseImages),
    ]);
    report.output(`engine ${engine.product} ${engine.version} at ${engine.endpoint}, by ${engine.because}\n`);
    for (const limit of engine.limits) report.notice(limit);
    const request = await imageBuild(context, build, resolved, files, facts);
    const building = scope.ports.containers.buildImage(
      request,
      (progress) => {
        if (progress.type === 'output') report.output(progress.text);
        else report.substep(progress.id, progress.name, progress.state);
      },
      signal,
    );
    const { id } = await building.catch((error: unknown) => {
      throw placeInWorkspace(error, scope.opened.folder);
    });
    scope.baseImages.forget(resolved.baseImages);
    return { step: 'build', imageId: id, tag: facts.tag, commit: facts.commit?.id, dirty: facts.dirty };
  },

  async undo({ scope, service, signal }, { tag }) {
    await scope.ports.containers.removeImage(
      `${scope.registries.repositoryOf(service.image)}:${tag}`,
      signal,
    );
  },
};

/** What the build is asked for beside files; names in any order ask for the same. */
function recipeOf({ target, args, platform, ssh, contexts }: BuildPlan): string {
  const named = [args, contexts].map((values) =>
    Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  return JSON.stringify([target, platform, ssh, ...named]);
}

interface SourceFacts {
  readonly commit: { readonly id: string; readonly time: number } | undefined;
  readonly dirty: boolean;
  readonly tag: string;
  /** Where the source lives, for people and tools that read the labels. */
  readonly source: string | undefined;
}

function planOf(service: Service): BuildPlan {
  if (!service.build)
    throw new TowlineError('dockerfile-missing', { why: `${service.name} has no Dockerfile.` });
  return service.build;
}

function readBuildFile(context: StepContext, build: BuildPlan): { readonly resolved: ResolvedDockerfile } {
  const { scope, service } = context;
  const text = scope.ports.files.readText(join(scope.opened.folder, build.dockerfile));
  if (text === undefined) {
    throw new TowlineError('dockerfile-missing', {
      why: `${build.dockerfile} of ${service.name} does not exist.`,
      at: { file: build.dockerfile, line: 1, column: 1 },
    });
  }
  return { resolved: resolveDockerfile(readDockerfile(text), build) };
}

/** What the build sees of the disk: files and links by content, folders by their permission bits. */
async function contextInputs(
  { scope, signal }: StepContext,
  build: BuildPlan,
  look: Look,
): Promise<FoundFiles> {
  const { folder } = scope.opened;
  const { files } = scope.ports;
  const within = (path: RepoPath): RepoPath => [build.context, path].filter(Boolean).join('/');
  const paths = new Set<RepoPath>();
  const folders: Record<string, string> = {};
  const { entries, visited } = await listContext(folder, build, files, signal);
  for (const { path, kind } of entries) {
    const place = within(path);
    if (kind !== 'folder') paths.add(place);
    else folders[`folder ${place}`] = (files.status(join(folder, place))?.mode ?? 0).toString(8);
  }
  paths.add(build.dockerfile);
  const rules = ignoreFiles(build);
  // What a link leads to may be anywhere.
  const isTold = rules.every((path) => files.status(join(folder, path))?.kind !== 'symlink');
  return {
    inputs: { ...fileInputs(await scope.fingerprints.of(paths, look, signal)), ...folders },
    asked: isTold ? [...paths, ...visited.map(within), ...rules] : undefined,
  };
}

/** Each base image by what its name means now: another service's image, or a digest. */
async function baseInputs(
  context: StepContext,
  build: BuildPlan,
  baseImages: readonly string[],
): Promise<KeyInputs> {
  const { scope, signal, upstream } = context;
  const inputs = baseImages.map(async (reference) => {
    const service = upstreamOf(context, reference);
    const image = service ? upstream.get(service.name)?.imageId : undefined;
    return [
      `base ${reference}`,
      image ?? (await scope.baseImages.identify(reference, build.platform, signal)),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(inputs));
}

async function secretInputs(
  { scope, signal }: StepContext,
  build: BuildPlan,
  look: Look,
): Promise<KeyInputs> {
  const inputs: Record<string, string> = {};
  for (const { id, source } of build.secrets) {
    const value =
      'environment' in source
        ? scope.ports.processes.environment[source.environment]
        : (await scope.fingerprints.of([source.file], look, signal)).get(source.file);
    inputs[`secret ${id}`] = value === undefined ? 'unset' : keyedHash(value, scope.keySecret);
  }
  return inputs;
}

/** The service whose image a FROM line means: the same repository, with or without its registry. */
function upstreamOf({ scope, service }: StepContext, reference: string): Service | undefined {
  const repository = parseImageReference(reference)?.repository;
  return scope.opened.workspace.services.find(
    (other) =>
      service.dependsOn.includes(other.name) &&
      (other.image === repository || scope.registries.repositoryOf(other.image) === repository),
  );
}

/** Gives upstream images, on this engine, the names that FROM lines use; brings them back where they were removed. */
async function placeUpstreamImages(context: StepContext, baseImages: readonly string[]): Promise<void> {
  const { scope, signal, upstream } = context;
  const { containers } = scope.ports;
  for (const reference of baseImages) {
    const service = upstreamOf(context, reference);
    const built = service && upstream.get(service.name);
    if (!service || !built) continue;
    const { repository = reference, tag = 'latest' } = parseImageReference(reference) ?? {};
    const named = await containers.inspectImage(`${repository}:${tag}`, signal);
    if (named?.id === built.imageId) continue;
    if (!(await containers.inspectImage(built.imageId, signal))) {
      const pushed = await findPushed({ ...context, service }, built);
      if (!pushed) {
        throw new TowlineError('base-image-missing', {
          why: `The image of ${service.name} (${built.tag}) is neither on the engine nor in a registry.`,
          next: `Run again with --anyway to build ${service.name} again.`,
        });
      }
      const credential = await scope.registries.credentialFor(pushed.repository, signal);
      await containers.pullImage(`${pushed.repository}@${pushed.digest}`, credential, signal);
    }
    await containers.tagImage(built.imageId, `${repository}:${tag}`, signal);
  }
}

/** What the image says of its source: the newest commit that touched what it is made from. */
async function sourceFacts(context: StepContext, key: string): Promise<SourceFacts> {
  const { scope, service, signal } = context;
  const { repository, state } = scope.opened;
  const [commit, remotes] = await Promise.all([
    scope.newestCommits.of(service, signal),
    repository.remotes(signal),
  ]);
  const dirty = scope.dirtyServices.has(service.name);
  return {
    commit,
    dirty,
    tag: imageTag({ branch: state.branch, commit, dirty, key }),
    source: mainRemote(remotes)?.url,
  };
}

async function imageBuild(
  context: StepContext,
  build: BuildPlan,
  resolved: ResolvedDockerfile,
  files: readonly ContextFile[],
  facts: SourceFacts,
): Promise<ImageBuild> {
  const { scope, service } = context;
  const { folder } = scope.opened;
  return {
    contextFolder: join(folder, build.context),
    files,
    dockerfile: join(folder, build.dockerfile),
    tags: [`${scope.registries.repositoryOf(service.image)}:${facts.tag}`],
    ...(build.target === undefined ? {} : { target: build.target }),
    args: build.args,
    ...(build.platform === undefined ? {} : { platform: build.platform }),
    labels: imageLabels(service, facts),
    secrets: build.secrets,
    ssh: build.ssh,
    contexts: build.contexts,
    credentials: await baseCredentials(context, resolved.baseImages),
    repositoryFolder: folder,
  };
}

/** `created` is the commit's time, so that building the same commit again gives the same image. */
function imageLabels(
  service: Service,
  { commit, dirty, tag, source }: SourceFacts,
): Readonly<Record<string, string>> {
  return {
    'org.opencontainers.image.title': service.name,
    'org.opencontainers.image.version': tag,
    ...(commit ? { 'org.opencontainers.image.created': new Date(commit.time * 1000).toISOString() } : {}),
    ...(commit ? { 'org.opencontainers.image.revision': dirty ? `${commit.id}-dirty` : commit.id } : {}),
    ...(source ? { 'org.opencontainers.image.source': source } : {}),
  };
}

async function baseCredentials(
  { scope, signal }: StepContext,
  baseImages: readonly string[],
): Promise<Record<string, Credential>> {
  const credentials: Record<string, Credential> = {};
  for (const registry of new Set(
    baseImages.map(
      (reference) => registryPlace(parseImageReference(reference)?.repository ?? reference).registry,
    ),
  )) {
    const credential = await scope.ports.credentials.find(registry, signal);
    if (credential) credentials[registry] = credential;
  }
  return credentials;
}
