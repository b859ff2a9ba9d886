import { createShared, type Shared } from '../../base/shared.ts';
import type { Service } from '../../domain/workspace/service.ts';
import type { CommitFacts } from '../ports/repositories.ts';
import type { OpenWorkspace } from './openWorkspace.ts';
import { sourcePaths } from './sourcePaths.ts';

/** The newest commit at or before HEAD that touched what a service is made from; asked once each, as commits stay what they are. */
export interface NewestCommits {
  of(service: Service, signal: AbortSignal): Promise<CommitFacts | undefined>;
}

export function createNewestCommits({ repository, prefix, state }: OpenWorkspace): NewestCommits {
  const asked = new Map<string, Shared<CommitFacts | undefined>>();
  return {
    of(service, signal) {
      const { head } = state;
      if (head === undefined) return Promise.resolve(undefined);
      const commit =
        asked.get(service.name) ??
        createShared((first) => repository.lastCommitTouching(head, sourcePaths(prefix, service), first));
      asked.set(service.name, commit);
      return commit.get(signal);
    },
  };
}
