import type { WorkloadKind } from '../../domain/workloads/workload.ts';

/** What pods are wanted of: themselves by name, all of a workload, or those that a service sends to. */
export interface PodSource {
  readonly kind: 'Pod' | 'Service' | WorkloadKind;
  readonly namespace: string;
  readonly name: string;
}
