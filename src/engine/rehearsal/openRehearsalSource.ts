import { TowlineError } from '../../domain/errors/towlineError.ts';
import { proposalBranch } from '../../domain/proposals/proposalBranch.ts';
import type { RehearsedHead } from '../../domain/rehearsal/rehearsalEvent.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId } from '../ports/repositories.ts';
import { fetchBase, type ManifestSource, openManifestSource } from '../proposals/manifestSource.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

/** What to rehearse, in the user's words. */
export type HeadRequest =
  /** A service's proposal; the only one there is when no service is named. */
  | { readonly kind: 'proposal'; readonly service?: string }
  | { readonly kind: 'branch'; readonly branch: string }
  | { readonly kind: 'pull'; readonly number: number };

/** Two commits of an environment's manifests, both here. */
export interface RehearsalSource {
  readonly source: ManifestSource;
  readonly head: RehearsedHead;
  readonly headCommit: ObjectId;
  /** Where the change left the environment's branch: what it is compared with. */
  readonly baseCommit: ObjectId;
  /** Tip of the environment's branch, whose bases may be fetched. */
  readonly tip: ObjectId;
  readonly notes: readonly string[];
}

/** Throws `branch-missing`, `service-unknown`, and as Repository does. */
export async function openRehearsalSource(
  ports: Ports,
  opened: OpenWorkspace,
  environment: Environment,
  request: HeadRequest,
  signal: AbortSignal,
): Promise<RehearsalSource> {
  const branches =
    request.kind === 'proposal'
      ? proposalBranches(opened, environment, request.service)
      : request.kind === 'branch'
        ? [request.branch]
        : [];
  const source = await openManifestSource(ports, opened, environment, branches, signal);
  await fetchBase(source, signal);
  const { head, commit } =
    request.kind === 'pull'
      ? await fetchRequest(source, request.number, signal)
      : await fetchHead(source, request, branches, signal);
  const { repository, base, baseCommit: tip } = source;
  const merge = await repository.mergeBase(tip, commit, signal);
  const notes =
    merge === tip
      ? []
      : merge === undefined
        ? [`It has nothing in common with ${base}; it is compared with all of it.`]
        : [
            `${base} has moved on since (it is at ${tip.slice(0, 7)}); what came there is not in this rehearsal.`,
          ];
  return { source, head, headCommit: commit, baseCommit: merge ?? tip, tip, notes };
}

function proposalBranches(
  { workspace }: OpenWorkspace,
  environment: Environment,
  service: string | undefined,
): readonly string[] {
  const names = workspace.services.map(({ name }) => name);
  if (service !== undefined && !names.includes(service))
    throw new TowlineError('service-unknown', { why: `${service} is none of ${names.join(', ')}.` });
  const meant = service === undefined ? names : [service];
  return [...new Set(meant.map((name) => proposalBranch(environment.name, name, environment.group)))];
}

async function fetchHead(
  source: ManifestSource,
  { kind }: HeadRequest & { readonly kind: 'proposal' | 'branch' },
  branches: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly head: RehearsedHead; readonly commit: ObjectId }> {
  const found = branches.filter((branch) => source.tip(branch) !== undefined);
  const [branch, ...others] = found;
  const tip = branch === undefined ? undefined : source.tip(branch);
  const where = source.remote ? `${source.remote.name} (${source.remote.url})` : 'The repository';
  if (branch === undefined || tip === undefined)
    throw new TowlineError('branch-missing', {
      why: `${where} has no branch ${branches.join(' or ')}.`,
      ...(kind === 'proposal'
        ? {
            next: 'There is no open proposal: `towline run` makes one. `--branch` and `--pull` rehearse others.',
          }
        : { next: 'Name a branch that was pushed there.' }),
    });
  if (others.length > 0)
    throw new TowlineError('branch-missing', {
      why: `There are several proposals: ${found.join(', ')}.`,
      next: 'Name the service whose proposal is meant: `towline rehearse <service>`.',
    });
  if (source.remote && !(await source.repository.hasObject(tip, signal)))
    await source.repository.fetchBranch(source.remote.name, branch, signal);
  return { head: { kind, branch }, commit: tip };
}

async function fetchRequest(
  { repository, remote }: ManifestSource,
  number: number,
  signal: AbortSignal,
): Promise<{ readonly head: RehearsedHead; readonly commit: ObjectId }> {
  if (!remote)
    throw new TowlineError('branch-missing', {
      why: 'The repository has no remote, so it has no pull requests.',
      next: 'Rehearse a local branch: `--branch <name>`.',
    });
  return { head: { kind: 'pull', number }, commit: await repository.fetchPull(remote.name, number, signal) };
}
