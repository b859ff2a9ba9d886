// One of the modules with HTTP verbs that could change something; this one does: only ClusterWrites loads it.
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClusterWrites } from '../../engine/ports/clusters.ts';
import { objectPath, withQuery } from './addresses.ts';
import { applyBody } from './applyBody.ts';
import type { Session } from './openSession.ts';

export async function applyObject(
  session: Session,
  object: ClusterObject,
  kind: ResourceKind,
  { fieldManager, force }: { readonly fieldManager: string; readonly force: boolean },
  signal: AbortSignal,
): Promise<ClusterObject> {
  const { namespace, name } = object.metadata;
  const question = {
    method: 'PATCH',
    path: withQuery(objectPath(kind, namespace, name), { fieldManager, force, fieldValidation: 'Strict' }),
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: applyBody(object),
  };
  return (await session.ask(question, signal)) as ClusterObject;
}

export async function createObject(
  session: Session,
  object: ClusterObject,
  kind: ResourceKind,
  signal: AbortSignal,
): Promise<ClusterObject> {
  const question = {
    method: 'POST',
    path: withQuery(objectPath(kind, object.metadata.namespace), { fieldValidation: 'Strict' }),
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(object),
  };
  return (await session.ask(question, signal)) as ClusterObject;
}

export async function patchObject(
  session: Session,
  { kind, namespace, name, subresource }: Parameters<ClusterWrites['patch']>[0],
  change: Readonly<Record<string, unknown>>,
  { fieldManager }: { readonly fieldManager: string },
  signal: AbortSignal,
): Promise<ClusterObject> {
  const question = {
    method: 'PATCH',
    path: withQuery(objectPath(kind, namespace, name, subresource), { fieldManager }),
    headers: { 'content-type': 'application/merge-patch+json' },
    body: JSON.stringify(change),
  };
  return (await session.ask(question, signal)) as ClusterObject;
}

export async function deleteObject(
  session: Session,
  path: string,
  { uid, propagation }: Parameters<ClusterWrites['delete']>[3],
  signal: AbortSignal,
): Promise<void> {
  const options = {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    propagationPolicy: propagation ?? 'Background',
    ...(uid === undefined ? {} : { preconditions: { uid } }),
  };
  const headers = { 'content-type': 'application/json' };
  try {
    await session.ask({ method: 'DELETE', path, headers, body: JSON.stringify(options) }, signal);
  } catch (error) {
    if (!TowlineError.is(error, 'object-missing')) throw error;
  }
}
