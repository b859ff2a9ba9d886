import type { ClusterObject } from './clusterObject.ts';
import type { ResourceKind } from './resourceKind.ts';

/**
 * The kind of an object among those a server serves, in the version that the object is written in: the server may
 * serve the kind in others only. Undefined when it does not serve the kind at all.
 */
export function kindOfObject(
  { apiVersion, kind }: Pick<ClusterObject, 'apiVersion' | 'kind'>,
  kinds: readonly ResourceKind[],
): ResourceKind | undefined {
  const slash = apiVersion.lastIndexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const version = apiVersion.slice(slash + 1);
  const served = kinds.find((candidate) => candidate.kind === kind && candidate.group === group);
  return served && (served.version === version ? served : { ...served, version });
}
