import { agentGroups } from '../../domain/agents/agentObject.ts';
import { type LiveDiff, type LiveObject, nameOfLive } from '../../domain/diff/liveDiff.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { nameKey } from '../../domain/localAgent/objectName.ts';
import { proposalBranch } from '../../domain/proposals/proposalBranch.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import { addressOf } from '../localAgent/agentPlace.ts';
import type { Ports } from '../ports/ports.ts';
import type { ObjectId } from '../ports/repositories.ts';
import { fetchBase, type ManifestSource, openManifestSource } from '../proposals/manifestSource.ts';
import { render } from '../rendering/render.ts';
import { chooseEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { diffObjects } from './diffObjects.ts';
import { findLeftovers } from './findLeftovers.ts';
import { readAgentBooks } from './readAgentBooks.ts';
import { createSecretMark } from './secretMark.ts';

export interface DiffRequest {
  /** May be left out where there is only one. */
  readonly environment?: string;
  /** kubeconfig context; the environment's own when absent, else the one that kubectl would use. It is only asked. */
  readonly context?: string;
  /** Whose manifests: the environment's branch, the checkout's commit, or a service's proposal. */
  readonly of: 'branch' | 'head' | { readonly proposal: string };
  /** Dry-runs also what the cluster's own books show to be unchanged: admission may have changed since. */
  readonly thorough?: boolean;
}

/**
 * Compares an environment's manifests with its cluster, by server-side dry runs as whoever applies them there. Nothing
 * is written. Throws `environment-unknown`, `environment-ambiguous`, `service-unknown`, `commit-unknown`,
 * `branch-missing`, `context-unknown`, what rendering throws, and as ClusterReads does where the cluster cannot be
 * asked at all.
 */
export async function diffEnvironment(
  ports: Ports,
  opened: OpenWorkspace,
  request: DiffRequest,
  signal: AbortSignal,
): Promise<LiveDiff> {
  const environment = chooseEnvironment(opened, request.environment);
  const context = request.context ?? environment.context ?? ports.clusters.readContexts().current;
  if (context === undefined)
    throw new TowlineError('context-unknown', {
      why: `${environment.name} names no context, and the kubeconfig has no current one`,
      next: 'Name one: `--context`, or `context` of the environment in towline.yaml.',
    });
  const reads = ports.clusters.connect(context);
  try {
    // Asked while Git is; the answer is kept, and a failure is met where it is needed.
    reads.discover(signal, { groups: agentGroups() }).catch(() => undefined);
    const branch = branchOf(opened, environment, request.of);
    const source = await openManifestSource(ports, opened, environment, branch ? [branch] : [], signal);
    const { revision, commit } = await findCommit(source, request.of, branch, signal);
    const mayFetch = branch === undefined ? 'all' : await fetchedByBase(ports, source, environment, signal);
    const asked = { repository: source.repository, commit, folder: source.path, release: environment.name };
    // As the agents write it: a relative remote means the same folder to everybody.
    const url = source.remote && (await addressOf(source.repository, signal));
    const place = { url, path: source.path, branch: source.base };
    const [rendering, books] = await Promise.all([
      render(ports, { ...asked, mayFetch }, signal),
      readAgentBooks(reads, environment.name, place, signal),
    ]);
    const namespace = books?.namespace ?? reads.context.namespace;
    const { objects, withoutBooks } = await diffObjects(
      { reads, clock: ports.clock },
      rendering.objects,
      {
        namespace,
        mark: createSecretMark(),
        thorough: request.thorough ?? false,
        ...(books ? { manager: books.manager } : {}),
      },
      signal,
    );
    return {
      environment: environment.name,
      context,
      server: reads.context.server,
      namespace,
      revision,
      commit,
      renderer: rendering.renderer,
      objects: objects.toSorted(byPlace),
      leftovers: await findLeftovers(reads, books, objects.map(nameOfLive), signal),
      notes: [
        ...rendering.problems.map(({ message }) => message),
        ...(books?.notes ?? []),
        ...(withoutBooks > 0 ? [aboutBooks(withoutBooks)] : []),
      ],
    };
  } finally {
    reads.dispose();
  }
}

function aboutBooks(count: number): string {
  const those = count === 1 ? '1 object was' : `${count} objects were`;
  return `${those} not applied on the server's side before: fields that left the manifests are not seen there`;
}

/** The branch of a proposal that is asked for. */
function branchOf(
  { workspace }: OpenWorkspace,
  { name, group }: Environment,
  of: DiffRequest['of'],
): string | undefined {
  if (typeof of === 'string') return undefined;
  const names = workspace.services.map((service) => service.name);
  if (names.includes(of.proposal)) return proposalBranch(name, of.proposal, group);
  throw new TowlineError('service-unknown', {
    why: `${of.proposal} is none of ${names.join(', ') || 'the services, for there are none'}.`,
  });
}

async function findCommit(
  source: ManifestSource,
  of: DiffRequest['of'],
  branch: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly revision: string; readonly commit: ObjectId }> {
  const { repository, remote, base, baseCommit } = source;
  if (of === 'branch') {
    await fetchBase(source, signal);
    return { revision: base, commit: baseCommit };
  }
  if (branch === undefined) {
    const head = repository.place.top === undefined ? undefined : await repository.findCommit('HEAD', signal);
    if (head) return { revision: 'HEAD', commit: head.id };
    throw new TowlineError('commit-unknown', {
      why: 'The manifests are in no checkout, or it has no commit yet',
    });
  }
  const tip = source.tip(branch);
  if (tip === undefined)
    throw new TowlineError('branch-missing', {
      why: `There is no ${branch}${remote ? ` at ${remote.name} (${remote.url})` : ''}`,
      next: 'Propose first: `towline run`. A proposal that was merged is in the branch already.',
    });
  if (remote && !(await repository.hasObject(tip, signal)))
    await repository.fetchBranch(remote.name, branch, signal);
  return { revision: branch, commit: tip };
}

/** A proposal may fetch what the branch it is made against fetches, and nothing else. */
async function fetchedByBase(
  ports: Ports,
  source: ManifestSource,
  environment: Environment,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await fetchBase(source, signal);
  const { repository, baseCommit, path } = source;
  const request = { repository, commit: baseCommit, folder: path, release: environment.name };
  try {
    return (await render(ports, { ...request, mayFetch: 'all' }, signal)).fetched;
  } catch (error) {
    // The proposal may be what makes it render again, and then it may fetch nothing.
    if (TowlineError.is(error, 'rendering-failed')) return [];
    throw error;
  }
}

function byPlace(one: LiveObject, other: LiveObject): number {
  const [left, right] = [one, other].map((object) => {
    const { group, kind, namespace, name } = nameOfLive(object);
    return nameKey({ group: namespace, kind, namespace: name, name: group });
  });
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
