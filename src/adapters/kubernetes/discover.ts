import { createSlots } from '../../base/slots.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import {
  type GroupListDocument,
  type GroupVersion,
  groupVersionsOf,
  kindsOf,
  preferredKinds,
  type ResourceListDocument,
} from '../../domain/kubernetes/readDiscovery.ts';
import { apiVersionOf, type ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { Discovery } from '../../engine/ports/clusters.ts';
import { groupPath } from './addresses.ts';
import type { Session } from './openSession.ts';

/** Documents asked for at the same time; a server of 1.20 has thirty. */
const concurrency = 8;

/** Asks for every version of every group, or of these; one that does not answer leaves the others standing. */
export async function discover(
  session: Session,
  signal: AbortSignal,
  only?: readonly string[],
): Promise<Discovery> {
  const groups = (await session.ask({ method: 'GET', path: '/apis' }, signal)) as GroupListDocument;
  const slots = createSlots(concurrency);
  const unavailable: string[] = [];
  const read = async (version: GroupVersion): Promise<readonly ResourceKind[]> => {
    try {
      const path = groupPath(version);
      return kindsOf(version, (await session.ask({ method: 'GET', path }, signal)) as ResourceListDocument);
    } catch (error) {
      if (!TowlineError.is(error, 'cluster-busy', 'cluster-failed', 'object-missing')) throw error;
      unavailable.push(apiVersionOf(version));
      return [];
    }
  };
  const versions = [{ group: '', version: 'v1' }, ...groupVersionsOf(groups)].filter(
    ({ group }) => only === undefined || only.includes(group),
  );
  const kinds = await Promise.all(versions.map((version) => slots.run(() => read(version), signal)));
  return { kinds: preferredKinds(kinds.flat()), unavailable };
}
