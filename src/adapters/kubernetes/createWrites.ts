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
}

/** Writes to the cluster that was proven local, as long as the context still means that one. */
export function createWrites(proof: LocalityProof, target: Target): ClusterWrites {
  requireProven(target, proof);
  let session: Session | undefined;

  async function open(): Promise<Session> {
    const { openSession } = await import('./openSession.ts');
    session ??= openSession(target);
    return session;
  }

  return {
    async apply(object, kind, options, signal) {
      const { applyObject } = await import('./changeObjects.ts');
      return applyObject(await open(), object, kind, options, signal);
    },
    async create(object, kind, signal) {
      const { createObject } = await import('./changeObjects.ts');
      return createObject(await open(), object, kind, signal);
    },
    async patch(target, change, options, signal) {
      const { patchObject } = await import('./changeObjects.ts');
      return patchObject(await open(), target, change, options, signal);
    },
    async delete(kind, namespace, name, options, signal) {
      const { deleteObject } = await import('./changeObjects.ts');
      await deleteObject(await open(), objectPath(kind, namespace, name), options, signal);
    },
    async exec(_place, _command, _options, _streams, signal) {
      signal.throwIfAborted();
      throw new TowlineError('cluster-failed', {
        why: 'Running programs in containers is not built yet.',
        next: 'Use `kubectl exec`.',
      });
    },
  };
}
