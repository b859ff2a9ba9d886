import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { LocalityProof } from '../../domain/locality/localityProof.ts';
import type { ClusterWrites } from '../../engine/ports/clusters.ts';
import { objectPath } from './addresses.ts';
import type { Session } from './openSession.ts';
import type { Target } from './target.ts';

function requireProven({ context }: Target, proof: LocalityProof): void {
  const refuse = (why: string): never => {
    throw new TowlineError('cluster-not-local', { why: `${context.name} (${context.server}): ${why}` });
  };
  if (context.server !== proof.server)
    refuse(`it was proven local at ${proof.server}, which is no longer its address`);
  if (context.authority !== proof.authority)
    refuse('its certificate authority is no longer that of the proof');
  if (context.proxy !== undefined) refuse(`it is now reached through the proxy ${context.proxy}`);
  if (context.insecure) refuse('the certificate of its server is no longer checked');
}

/** Writes to the cluster that was proven local, as long as the context still means that one. */
export function createWrites(proof: LocalityProof, target: Target): ClusterWrites {
  requireProven(target, proof);

  /** A connection for one write: the next one is proven and opened anew. */
  async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const { openSession } = await import('./openSession.ts');
    const session = openSession(target);
    try {
      return await work(session);
    } finally {
      session.close();
    }
  }

  return {
    async apply(object, kind, options, signal) {
      const { applyObject } = await import('./changeObjects.ts');
      return withSession((session) => applyObject(session, object, kind, options, signal));
    },
    async create(object, kind, signal) {
      const { createObject } = await import('./changeObjects.ts');
      return withSession((session) => createObject(session, object, kind, signal));
    },
    async patch(target, change, options, signal) {
      const { patchObject } = await import('./changeObjects.ts');
      return withSession((session) => patchObject(session, target, change, options, signal));
    },
    async delete(kind, namespace, name, options, signal) {
      const { deleteObject } = await import('./changeObjects.ts');
      const path = objectPath(kind, namespace, name);
      await withSession((session) => deleteObject(session, path, options, signal));
    },
    async exec(place, command, options, streams, signal) {
      const { runInContainer } = await import('./runInContainer.ts');
      return withSession((session) => runInContainer(session, place, command, options, streams, signal));
    },
  };
}
