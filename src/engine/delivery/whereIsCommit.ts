import { createShared, type Shared } from '../../base/shared.ts';
import { isRefreshable } from '../../domain/agents/refreshRequest.ts';
import type { TrailFacts } from '../../domain/delivery/commitTrail.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { formatImageReference } from '../../domain/images/imageReference.ts';
import { type MeantRepository, matchRepository } from '../../domain/images/matchRepository.ts';
import { targetRepository } from '../../domain/images/targetRepository.ts';
import { proposedImage } from '../../domain/proposals/commitMessage.ts';
import { proposalBranch } from '../../domain/proposals/proposalBranch.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Service } from '../../domain/workspace/service.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { CommitFacts } from '../ports/repositories.ts';
import { fetchBase, type ManifestSource, openManifestSource } from '../proposals/manifestSource.ts';
import { unknownEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { sourcePaths } from '../workspace/sourcePaths.ts';
import { type Ancestry, createAncestry } from './ancestry.ts';
import { createImageSources, type ImageSources } from './imageSources.ts';
import { findMerge, readNamedImage } from './namedImages.ts';
import { readAgents, readServicePods } from './readCluster.ts';

/** The ports, and what says which clusters are local. */
type WhereParts = Ports & { readonly localClusters: Pick<LocalClusters, 'judge'> };

export interface WhereRequest {
  /** The commit, as Git takes it: `HEAD`, a tag, seven digits. */
  readonly commit: string;
  /** Those the commit changed when empty; all of them when it changed none. */
  readonly services: readonly string[];
  /** All when absent. */
  readonly environment?: string;
}

/**
 * Where a commit is on its way to ready pods, for each service and environment. Reads Git, the journals and, where an
 * environment names a context, its cluster; changes nothing but what Git keeps of fetched branches. A cluster that
 * cannot be asked is `unknown` in its links, and so is one of several environments whose manifests' repository does not
 * answer. Throws `commit-unknown`, `service-unknown`, `environment-unknown`, and
 * what the manifests' repository of a single environment throws.
 */
export async function whereIsCommit(
  ports: WhereParts,
  opened: OpenWorkspace,
  request: WhereRequest,
  signal: AbortSignal,
): Promise<readonly TrailFacts[]> {
  const { repository, workspace } = opened;
  const commit = await repository.findCommit(request.commit, signal);
  if (!commit)
    throw new TowlineError('commit-unknown', {
      why: `${JSON.stringify(request.commit)} names no commit of ${repository.place.top ?? repository.place.commonFolder}.`,
    });
  const services = await chooseServices(opened, request, commit, signal);
  const environments = chooseEnvironments(workspace.environments, request.environment);
  const ancestry = createAncestry(repository);
  const images = await createImageSources(ports, opened, ancestry, signal);
  const found: TrailFacts[] = [];
  for (const environment of environments) {
    const branches = services.map(({ service }) =>
      proposalBranch(environment.name, service.name, environment.group),
    );
    const source = await openManifests(ports, opened, environment, branches, signal).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        // One repository that does not answer is no reason to be silent about the others.
        if (environments.length === 1 || !(error instanceof TowlineError)) throw error;
        const { what, why } = error.failure;
        return { unread: `${what}: ${why.split('\n', 1)[0]}` };
      },
    );
    const { context } = environment;
    const isLocal = createShared(
      async (first) => context !== undefined && (await ports.localClusters.judge(context, first)).local,
    );
    for (const [index, { service, touched }] of services.entries()) {
      // Who asks for a service by its name hears of it everywhere.
      if (request.services.length === 0 && environment.services?.includes(service.name) === false) continue;
      const place = { service, environment, branch: branches[index] ?? '', source, isLocal };
      found.push(await readTrail({ ports, opened, commit, touched, images, ancestry, ...place }, signal));
    }
  }
  return found;
}

async function openManifests(
  ports: Ports,
  opened: OpenWorkspace,
  environment: Environment,
  branches: readonly string[],
  signal: AbortSignal,
): Promise<ManifestSource> {
  const source = await openManifestSource(ports, opened, environment, branches, signal);
  await fetchBase(source, signal);
  return source;
}

/** Why an environment's manifests could not be read, one sentence without a full stop. */
interface Unread {
  readonly unread: string;
}

interface TrailScope {
  readonly ports: WhereParts;
  readonly opened: OpenWorkspace;
  readonly commit: CommitFacts;
  readonly touched: string | undefined;
  readonly images: ImageSources;
  readonly ancestry: Ancestry;
  readonly service: Service;
  readonly environment: Environment;
  readonly branch: string;
  readonly source: ManifestSource | Unread;
  /** Whether the environment's cluster may be written to; asked once for all services. */
  readonly isLocal: Shared<boolean>;
}

async function readTrail(scope: TrailScope, signal: AbortSignal): Promise<TrailFacts> {
  const { opened, commit, touched, images, service, environment } = scope;
  const includes = async (reference: string): Promise<boolean> => {
    const from = touched === undefined ? undefined : await images.sourceOf(reference, signal);
    return (
      from !== undefined && touched !== undefined && (await scope.ancestry.includes(from, touched, signal))
    );
  };
  const meant = {
    matches: service.image,
    repository: targetRepository(opened.workspace.registry ?? 'localhost', service.image),
  };
  const told = await readManifests(scope, meant, includes, signal);
  const pods = await readServicePods(scope.ports, environment, meant, includes, signal);
  return {
    service: service.name,
    environment: environment.name,
    commit,
    touched,
    image: touched === undefined ? undefined : await images.newestWith(service.name, touched, signal),
    ...told,
    refreshable: await mayRefresh(scope, told.agents, signal),
    pods,
  };
}

/** What the environment's manifests, and who applies them, tell. */
async function readManifests(
  { ports, environment, branch, source }: TrailScope,
  meant: MeantRepository,
  includes: (reference: string) => Promise<boolean>,
  signal: AbortSignal,
): Promise<Pick<TrailFacts, 'proposal' | 'merged' | 'named' | 'agents' | 'unread'>> {
  if ('unread' in source)
    return {
      ...{ proposal: undefined, merged: undefined, named: undefined, unread: source.unread },
      agents: { unknown: 'nothing is known of it without the manifests' },
    };
  const named = await readNamedImage(source, environment, meant, signal);
  const isMerged = named !== undefined && (await includes(named));
  const since = isMerged ? await findMerge(source, environment, meant, named, signal) : undefined;
  return {
    proposal: isMerged ? undefined : await findProposal(source, branch, meant, includes, signal),
    merged: since && named ? { branch: source.base, commit: since, image: named } : undefined,
    named: isMerged ? undefined : named,
    agents: await readAgents(ports, source, environment, since?.id, signal),
  };
}

/** Whether there is an agent to ask, on a cluster that may be written to. */
async function mayRefresh(
  { isLocal }: Pick<TrailScope, 'isLocal'>,
  agents: TrailFacts['agents'],
  signal: AbortSignal,
): Promise<boolean> {
  return !('unknown' in agents) && agents.some(({ object }) => isRefreshable(object)) && isLocal.get(signal);
}

/** The proposal branch, where it names an image with the commit in it. */
async function findProposal(
  source: ManifestSource,
  branch: string,
  meant: MeantRepository,
  includes: (reference: string) => Promise<boolean>,
  signal: AbortSignal,
): Promise<TrailFacts['proposal']> {
  const tip = source.tip(branch);
  if (tip === undefined) return undefined;
  if (source.remote && !(await source.repository.hasObject(tip, signal)))
    await source.repository.fetchBranch(source.remote.name, branch, signal);
  const { message } = await source.repository.readCommit(tip, signal);
  // Without a configured registry only the run that pushed knew its address: the name has to do, as in the manifests.
  const image = proposedImage(message, (repository) => matchRepository(repository, meant) !== 'none');
  return image && (await includes(formatImageReference(image))) ? { branch } : undefined;
}

/** Each with the newest commit up to the asked one that touched it. */
async function chooseServices(
  { workspace, repository, prefix }: OpenWorkspace,
  { services }: WhereRequest,
  commit: CommitFacts,
  signal: AbortSignal,
): Promise<readonly { readonly service: Service; readonly touched: string | undefined }[]> {
  const known = workspace.services.map(({ name }) => name);
  const unknown = services.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new TowlineError('service-unknown', { why: `${unknown} is none of ${known.join(', ')}.` });
  const asked = workspace.services.filter(({ name }) => services.length === 0 || services.includes(name));
  const all = [];
  for (const service of asked) {
    const touched = await repository.lastCommitTouching(commit.id, sourcePaths(prefix, service), signal);
    all.push({ service, touched: touched?.id });
  }
  const changed = all.filter(({ touched }) => touched === commit.id);
  return services.length === 0 && changed.length > 0 ? changed : all;
}

function chooseEnvironments(
  environments: readonly Environment[],
  name: string | undefined,
): readonly Environment[] {
  if (name === undefined) return environments;
  const found = environments.find((environment) => environment.name === name);
  if (!found) throw unknownEnvironment(environments, name);
  return [found];
}
