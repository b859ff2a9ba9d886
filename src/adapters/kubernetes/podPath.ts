import { builtInKinds } from '../../domain/kubernetes/builtInKinds.ts';
import type { PodPlace } from '../../engine/ports/clusters.ts';
import { objectPath } from './addresses.ts';

export function podPath({ namespace, pod }: PodPlace, subresource: string): string {
  return objectPath(builtInKinds.pods, namespace, pod, subresource);
}
