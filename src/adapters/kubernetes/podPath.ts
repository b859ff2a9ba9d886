import type { PodPlace } from '../../engine/ports/clusters.ts';
import { objectPath } from './addresses.ts';

const pods = { group: '', version: 'v1', kind: 'Pod', plural: 'pods', namespaced: true };

export function podPath({ namespace, pod }: PodPlace, subresource: string): string {
  return objectPath(pods, namespace, pod, subresource);
}
