// One of the modules with HTTP verbs that could change something: what is sent from here changes nothing.
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClusterReads } from '../../engine/ports/clusters.ts';
import { objectPath, withQuery } from './addresses.ts';
import { applyBody } from './applyBody.ts';
import type { Session } from './openSession.ts';

/** Server-side apply that is never stored: `dryRun=All` stands in the address, whatever is asked. */
export async function dryRunApply(
  session: Session,
  object: ClusterObject,
  kind: ResourceKind,
  { fieldManager, force }: { readonly fieldManager: string; readonly force: boolean },
  signal: AbortSignal,
): Promise<ClusterObject> {
  const { namespace, name } = object.metadata;
  const query = { fieldManager, force, fieldValidation: 'Strict', dryRun: 'All' };
  const question = {
    method: 'PATCH',
    path: withQuery(objectPath(kind, namespace, name), query),
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: applyBody(object),
  };
  return (await session.ask(question, signal)) as ClusterObject;
}

/** A SelfSubjectAccessReview, which the API answers and does not store. */
export async function mayI(
  session: Session,
  { verb, group, resource, subresource, namespace, name }: Parameters<ClusterReads['mayI']>[0],
  signal: AbortSignal,
): Promise<boolean> {
  const resourceAttributes = { verb, group, resource, subresource, namespace, name };
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes },
  };
  const question = {
    method: 'POST',
    path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(review),
  };
  const { status } = (await session.ask(question, signal)) as {
    readonly status?: { readonly allowed?: boolean };
  };
  return status?.allowed === true;
}
