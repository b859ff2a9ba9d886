import { join, resolve } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { RepoPath } from '../../domain/workspace/service.ts';
import { hashText } from '../keys/hashText.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId, Remote, Repository } from '../ports/repositories.ts';
import { mainRemote } from '../workspace/mainRemote.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

/** An environment's manifests as they are in Git now, seen from one run. */
export interface ManifestSource {
  readonly repository: Repository;
  /** Undefined when the repository has none: proposals are then local branches. */
  readonly remote: Remote | undefined;
  /** Branch a proposal is made against. */
  readonly base: string;
  readonly baseCommit: ObjectId;
  /** Branch that the remote's HEAD names; undefined without a remote, or where it does not tell. */
  readonly defaultBranch: string | undefined;
  /** The environment's folder in this repository. */
  readonly path: RepoPath;
  /** Where a proposal branch pointed when the source was opened, or asked again. */
  tip(branch: string): ObjectId | undefined;
  /** Where it points now. */
  askTip(branch: string, signal: AbortSignal): Promise<ObjectId | undefined>;
}

/**
 * Finds the manifests of an environment: this repository, another clone, or a mirror of a remote that is kept
 * beside the journal. `branches` are the proposal branches whose tips will be needed.
 */
export async function openManifestSource(
  ports: Ports,
  opened: OpenWorkspace,
  environment: Environment,
  branches: readonly string[],
  signal: AbortSignal,
): Promise<ManifestSource> {
  const repository = await openManifestRepository(ports, opened, environment, signal);
  const path =
    environment.repository.kind === 'same'
      ? [opened.prefix, environment.path].filter(Boolean).join('/')
      : environment.path;
  const remotes = await repository.remotes(signal);
  const remote = mainRemote(remotes);
  if (!remote) return localSource(repository, environment, branches, path, opened, signal);

  const { defaultBranch, tips } = await repository.remoteTips(
    remote.name,
    [...(environment.branch ? [environment.branch] : []), ...branches],
    signal,
  );
  const base = environment.branch ?? defaultBranch;
  const baseCommit = base && tips.get(base);
  if (!base || !baseCommit) {
    throw new TowlineError('branch-missing', {
      why: base
        ? `${remote.name} (${remote.url}) has no branch ${base}.`
        : `${remote.name} (${remote.url}) names no default branch: it is empty, or its HEAD names a branch that it does not have.`,
      ...(base
        ? {}
        : {
            next: `Push a branch to it where it is empty; else name one in towline.yaml: \`branch\` under environments → ${environment.name}. Then resume the run.`,
          }),
    });
  }
  const ask = async (branch: string, asked: AbortSignal): Promise<ObjectId | undefined> =>
    (await repository.remoteTips(remote.name, [branch], asked)).tips.get(branch);
  return { repository, remote, base, baseCommit, defaultBranch, path, ...createTips(tips, ask) };
}

/** Brings the base commit here where only the remote has it. */
export async function fetchBase(
  { repository, remote, base, baseCommit }: ManifestSource,
  signal: AbortSignal,
): Promise<void> {
  if (remote && !(await repository.hasObject(baseCommit, signal)))
    await repository.fetchBranch(remote.name, base, signal);
}

/** The repository of an environment's manifests; nothing is fetched. */
export async function openManifestRepository(
  ports: Ports,
  opened: OpenWorkspace,
  environment: Environment,
  signal: AbortSignal,
): Promise<Repository> {
  const place = environment.repository;
  if (place.kind === 'same') return opened.repository;
  if (place.kind === 'local') return ports.repositories.open(resolve(opened.folder, place.path), signal);
  const name = hashText(place.url).slice(0, 16);
  return ports.repositories.openMirror(
    place.url,
    join(opened.repository.place.commonFolder, 'towline', 'mirrors', name),
    signal,
  );
}

async function localSource(
  repository: Repository,
  environment: Environment,
  branches: readonly string[],
  path: RepoPath,
  opened: OpenWorkspace,
  signal: AbortSignal,
): Promise<ManifestSource> {
  const base = environment.branch ?? (repository === opened.repository ? opened.state.branch : undefined);
  const baseCommit = base && (await repository.resolve(`refs/heads/${base}`, signal));
  if (!base || !baseCommit) {
    throw new TowlineError('branch-missing', {
      why: base
        ? `The repository has no branch ${base}.`
        : 'HEAD is detached and the repository has no remote, so there is no branch to propose against.',
      next: `Name the branch in towline.yaml: environments.${environment.name}.branch`,
    });
  }
  const ask = (branch: string, asked: AbortSignal): Promise<ObjectId | undefined> =>
    repository.resolve(`refs/heads/${branch}`, asked);
  const tips = new Map<string, ObjectId>();
  for (const branch of branches) {
    const tip = await ask(branch, signal);
    if (tip) tips.set(branch, tip);
  }
  return {
    ...{ repository, remote: undefined, base, baseCommit, defaultBranch: undefined, path },
    ...createTips(tips, ask),
  };
}

function createTips(
  known: ReadonlyMap<string, ObjectId>,
  ask: (branch: string, signal: AbortSignal) => Promise<ObjectId | undefined>,
): Pick<ManifestSource, 'tip' | 'askTip'> {
  const tips = new Map<string, ObjectId | undefined>(known);
  return {
    tip: (branch) => tips.get(branch),
    async askTip(branch, signal) {
      const tip = await ask(branch, signal);
      tips.set(branch, tip);
      return tip;
    },
  };
}
