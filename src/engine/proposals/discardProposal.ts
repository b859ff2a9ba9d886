import { TowlineError } from '../../domain/errors/towlineError.ts';
import { proposalBranch } from '../../domain/proposals/proposalBranch.ts';
import type { Ports } from '../ports/ports.ts';
import { unknownEnvironment } from '../workspace/chooseEnvironment.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';
import { openManifestSource } from './manifestSource.ts';
import { readBranch } from './placeProposal.ts';

export interface Discarded {
  readonly branch: string;
  /** Undefined for a local branch. */
  readonly remote: string | undefined;
  /** Commit the branch pointed at; undefined when there was no such branch. */
  readonly commit: string | undefined;
}

/** Deletes a proposal's branch with a lease; one that holds somebody else's commit stays. Throws `environment-unknown`, `service-unknown`, `branch-moved`. */
export async function discardProposal(
  ports: Ports,
  opened: OpenWorkspace,
  environmentName: string,
  service: string,
  signal: AbortSignal,
): Promise<Discarded> {
  const environment = opened.workspace.environments.find(({ name }) => name === environmentName);
  if (!environment) throw unknownEnvironment(opened.workspace.environments, environmentName);
  const branch = proposalBranch(environment.name, service, environment.group);
  const source = await openManifestSource(ports, opened, environment, [branch], signal);
  const { repository, remote } = source;
  const tip = source.tip(branch);
  const names = opened.workspace.services.map(({ name }) => name);
  // The proposal of a service that is no longer there can still be taken back; a shared branch is nobody else's.
  if (!names.includes(service) && (tip === undefined || environment.group)) {
    throw new TowlineError('service-unknown', { why: `${service} is none of ${names.join(', ')}.` });
  }
  if (tip !== undefined) {
    await readBranch(source, branch, tip, signal);
    if (remote) await repository.deleteRemoteBranch(remote.name, branch, tip, signal);
    else await repository.deleteRef(`refs/heads/${branch}`, tip, signal);
  }
  return { branch, remote: remote?.url, commit: tip };
}
