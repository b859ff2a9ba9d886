import { resolve } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import { type FollowedSource, sourceKey } from '../../domain/localAgent/inventory.ts';
import { isLocalAddress } from '../../domain/localAgent/lookPace.ts';
import type { Environment } from '../../domain/workspace/environment.ts';
import { hashText } from '../keys/hashText.ts';
import type { Ports } from '../ports/ports.ts';
import type { Repository } from '../ports/repositories.ts';
import { openManifestRepository } from '../proposals/manifestSource.ts';
import { chooseEnvironment } from '../workspace/chooseEnvironment.ts';
import { mainRemote } from '../workspace/mainRemote.ts';
import type { OpenWorkspace } from '../workspace/openWorkspace.ts';

export interface AgentRequest {
  /** May be left out where there is one. */
  readonly environment?: string;
  /** kubeconfig context of the cluster; the environment's own when absent, and never the current one. */
  readonly context?: string;
}

/** What an agent is of: an environment and a cluster. Nothing is asked of a remote or a cluster to know it. */
export interface AgentPlace {
  readonly environment: Environment;
  readonly context: string;
  /** Without the branch, which its remote may have to tell. */
  readonly source: Omit<FollowedSource, 'branch'>;
  /** Of its inventory on the cluster. */
  readonly inventory: string;
}

/** Throws `environment-ambiguous`, `environment-unknown`, `context-unknown`, `config-invalid`. */
export async function findAgentPlace(
  ports: Ports,
  opened: OpenWorkspace,
  request: AgentRequest,
  signal: AbortSignal,
): Promise<AgentPlace> {
  requireSoundConfig(opened);
  const environment = chooseEnvironment(opened, request.environment);
  const context = request.context ?? environment.context;
  if (context === undefined)
    throw new TowlineError('context-unknown', {
      why: `${environment.name} names no cluster.`,
      next: `Name its kubeconfig context: \`--context\`, or environments.${environment.name}.context in towline.yaml.`,
    });
  const repository = await openManifestRepository(ports, opened, environment, signal);
  const source = {
    environment: environment.name,
    repository: await addressOf(repository, signal),
    path:
      environment.repository.kind === 'same'
        ? [opened.prefix, environment.path].filter(Boolean).join('/')
        : environment.path,
  };
  return { environment, context, source, inventory: inventoryName({ ...source, branch: '' }) };
}

/** Of the remote that an agent follows, else of the repository itself; the same whoever asks, where a path is relative. */
export async function addressOf(
  repository: Pick<Repository, 'place' | 'remotes'>,
  signal: AbortSignal,
): Promise<string> {
  const { top, commonFolder } = repository.place;
  const home = top ?? commonFolder;
  const remotes = await repository.remotes(signal);
  const url = mainRemote(remotes)?.url;
  if (url === undefined) return home;
  return isLocalAddress(url) && !/^file:/i.test(url) ? resolve(home, url) : url;
}

function requireSoundConfig({ workspace }: OpenWorkspace): void {
  const errors = workspace.problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new TowlineError('config-invalid', {
      why: errors.map(({ message }) => message).join('\n'),
      problems: errors,
    });
}

/** A name that Kubernetes takes, one for each source. */
function inventoryName(source: FollowedSource): string {
  const readable = source.environment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40);
  const hash = hashText(sourceKey(source)).slice(0, 10);
  return `agent-${readable}-${hash}`.replace(/--+/g, '-');
}
