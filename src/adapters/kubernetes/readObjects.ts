import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { apiVersionOf, type ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClusterReads, ObjectPage, ObjectQuery } from '../../engine/ports/clusters.ts';
import { objectPath, withQuery } from './addresses.ts';
import type { Session } from './openSession.ts';

export async function readVersion(session: Session, signal: AbortSignal): Promise<string> {
  const version = await session.ask({ method: 'GET', path: '/version' }, signal);
  return (version as { gitVersion: string }).gitVersion;
}

export async function getObject(
  session: Session,
  path: string,
  signal: AbortSignal,
): Promise<ClusterObject | undefined> {
  try {
    return (await session.ask({ method: 'GET', path }, signal)) as ClusterObject;
  } catch (error) {
    if (TowlineError.is(error, 'object-missing')) return undefined;
    throw error;
  }
}

export async function listObjects(
  session: Session,
  kind: ResourceKind,
  query: ObjectQuery,
  page: Parameters<ClusterReads['list']>[2],
  signal: AbortSignal,
): Promise<ObjectPage> {
  const path = withQuery(objectPath(kind, query.namespace), {
    labelSelector: query.labels,
    fieldSelector: query.fields,
    limit: page.limit,
    continue: page.continue,
    // A page that goes on has its version in the mark.
    resourceVersion: page.continue === undefined ? page.resourceVersion : undefined,
  });
  const list = (await session.ask({ method: 'GET', path }, signal)) as {
    readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
    readonly items: readonly Omit<ClusterObject, 'apiVersion' | 'kind'>[] | null;
  };
  const type = { apiVersion: apiVersionOf(kind), kind: kind.kind };
  return {
    // A list does not repeat in each item what they all are.
    items: (list.items ?? []).map((item) => Object.assign(item, type) as unknown as ClusterObject),
    resourceVersion: list.metadata.resourceVersion ?? '',
    ...(list.metadata.continue ? { continue: list.metadata.continue } : {}),
  };
}
