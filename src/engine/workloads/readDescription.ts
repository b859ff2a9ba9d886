import { TowlineError } from '../../domain/errors/towlineError.ts';
import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { describeObject } from '../../domain/kubernetes/describeObject.ts';
import { readEvent } from '../../domain/workloads/readClusterFacts.ts';
import type { ClusterEvent } from '../../domain/workloads/workload.ts';
import type { ClusterReads } from '../ports/clusters.ts';
import { findKind, type ObjectPlace, placeWords } from './objectPlace.ts';

/** Events that are read of one object, at most; clusters keep them for an hour. */
const mostEvents = 500;

/** An object as YAML with its events. Throws `object-missing` where it is not, or is another by the same name. */
export async function readDescription(
  reads: ClusterReads,
  place: ObjectPlace,
  signal: AbortSignal,
): Promise<string> {
  const object = await readObject(reads, place, signal);
  const { uid } = object.metadata;
  const about = { ...place, ...(uid === undefined ? {} : { uid }) };
  // Who may not read events is told so, and sees the object all the same.
  const events = await listEvents(reads, about, signal).catch((error: unknown) => {
    if (!TowlineError.is(error, 'cluster-forbidden')) throw error;
    return error.failure;
  });
  return describeObject(object, events);
}

/** Everything that was said about an object, newest first. */
export async function listEvents(
  reads: ClusterReads,
  { kind, namespace, name, uid }: ObjectPlace,
  signal: AbortSignal,
): Promise<readonly ClusterEvent[]> {
  // Events of an object in no namespace are where their writers chose to put them; those of nodes name no uid.
  const about = { kind, name, ...(uid === undefined || namespace === '' ? {} : { uid }) };
  const fields = Object.entries(about).map(([field, value]) => `involvedObject.${field}=${value}`);
  const query = { fields: fields.join(','), ...(namespace === '' ? {} : { namespace }) };
  const { items } = await reads.list(builtInKinds.events, query, { limit: mostEvents }, signal);
  return items.map(readEvent).sort((one, other) => other.last - one.last);
}

async function readObject(
  reads: ClusterReads,
  place: ObjectPlace,
  signal: AbortSignal,
): Promise<ClusterObject> {
  const kind = await findKind(reads, place, signal);
  const object = await reads.get(kind, kind.namespaced ? place.namespace : undefined, place.name, signal);
  if (!object || (place.uid !== undefined && object.metadata.uid !== place.uid))
    throw new TowlineError('object-missing', { why: `${placeWords(place)} is not there any more.` });
  return object;
}
