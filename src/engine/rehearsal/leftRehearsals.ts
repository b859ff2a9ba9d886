import { failureOf, TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { CleanUp } from '../../domain/rehearsal/rehearsalEvent.ts';
import { readRehearsalNamespace, rehearsalLabel } from '../../domain/rehearsal/rehearsalNamespace.ts';
import type { RehearsalRecord } from '../../domain/rehearsal/rehearsalRecord.ts';
import type { LocalClusters } from '../locality/localClusters.ts';
import type { Ports } from '../ports/ports.ts';
import type { RepositoryPlace } from '../ports/repositories.ts';
import { forgetRehearsal, listRecords } from './rehearsalRecords.ts';
import { removeNamespace } from './throwAwayNamespace.ts';

/** A rehearsal that was begun and not removed. */
export interface KnownRehearsal extends RehearsalRecord {
  /** `left`: its process is gone. `elsewhere`: it belongs to another machine, whose processes cannot be seen. */
  readonly standing: 'running' | 'left' | 'elsewhere';
}

type LeftPorts = Pick<Ports, 'clusters' | 'clock'> & {
  readonly processes: Pick<Ports['processes'], 'standingOf'>;
  readonly stores: Pick<Ports['stores'], 'openRecords'>;
};

/** The repository that keeps the records. */
export interface RecordsPlace {
  readonly repository: { readonly place: Pick<RepositoryPlace, 'commonFolder'> };
}

function withStanding(ports: LeftPorts, record: RehearsalRecord): KnownRehearsal {
  const standing = ports.processes.standingOf(record.owner);
  return { ...record, standing: standing === 'gone' ? 'left' : standing };
}

/** Those of this repository, by its records alone: no cluster is asked. */
export function listRehearsals(ports: LeftPorts, { repository }: RecordsPlace): readonly KnownRehearsal[] {
  const records = ports.stores.openRecords(repository.place.commonFolder);
  return listRecords(records).map((record) => withStanding(ports, record));
}

/** Those that a cluster has, of all repositories, by their label. Throws as ClusterReads does. */
export async function findRehearsals(
  ports: LeftPorts,
  context: string,
  signal: AbortSignal,
): Promise<readonly KnownRehearsal[]> {
  const reads = ports.clusters.connect(context);
  try {
    const { items } = await reads.list(builtInKinds.namespaces, { labels: rehearsalLabel }, {}, signal);
    return items
      .flatMap((object) => readRehearsalNamespace(object) ?? [])
      .map((mark) => withStanding(ports, { ...mark, context, server: reads.context.server }))
      .toSorted((one, other) => one.started.localeCompare(other.started));
  } finally {
    reads.dispose();
  }
}

/**
 * Removes what is left of rehearsals whose process is gone, and forgets them. Those that go on and those of other
 * machines are refused with `left`.
 */
export async function cleanRehearsal(
  ports: LeftPorts,
  localClusters: LocalClusters,
  { repository }: RecordsPlace,
  rehearsal: KnownRehearsal,
  signal: AbortSignal,
): Promise<CleanUp> {
  const records = ports.stores.openRecords(repository.place.commonFolder);
  // Asked again: a list may be old.
  const { standing } = withStanding(ports, rehearsal);
  if (standing === 'running') return { kind: 'left', why: 'it goes on in another process' };
  if (standing === 'elsewhere')
    return { kind: 'left', why: 'it belongs to another machine, which may still need it' };
  try {
    const cleanUp = await removeLeft(ports, localClusters, rehearsal, signal);
    if (cleanUp.kind === 'removed') await forgetRehearsal(records, rehearsal.id);
    return cleanUp;
  } catch (error) {
    signal.throwIfAborted();
    const { what, why } = failureOf(error);
    return { kind: 'left', why: `${what}: ${why}` };
  }
}

async function removeLeft(
  { clusters, clock }: LeftPorts,
  localClusters: LocalClusters,
  { context, server, ...mark }: KnownRehearsal,
  signal: AbortSignal,
): Promise<CleanUp> {
  const reads = clusters.connect(context);
  try {
    if (reads.context.server !== server)
      throw new TowlineError('cluster-unreachable', {
        why: `${context} was at ${server} and is at ${reads.context.server} now, which has nothing to do with it`,
      });
    return await removeNamespace({ reads, writes: localClusters.openWrites(context), clock }, mark, signal);
  } finally {
    reads.dispose();
  }
}
