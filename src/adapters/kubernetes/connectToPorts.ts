import type { Duplex } from 'node:stream';
import type { PodPlace } from '../../engine/ports/clusters.ts';
import type { Session } from './openSession.ts';
import { podPath } from './podPath.ts';

/** A connection to a pod on which streams for its ports can be opened; every API server speaks this form of it. */
export function connectToPorts(session: Session, place: PodPlace, signal: AbortSignal): Promise<Duplex> {
  const headers = {
    // The answer is a connection, not JSON.
    accept: '*/*',
    connection: 'Upgrade',
    upgrade: 'SPDY/3.1',
    'x-stream-protocol-version': 'portforward.k8s.io',
  };
  return session.upgrade({ method: 'POST', path: podPath(place, 'portforward'), headers }, signal);
}
