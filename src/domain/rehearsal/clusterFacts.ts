import type { ResourceKind } from '../kubernetes/resourceKind.ts';

/** Classes that objects of a namespace can ask for by name. */
export type ClassKind = 'StorageClass' | 'IngressClass' | 'PriorityClass' | 'RuntimeClass';

export interface ClusterClass {
  readonly name: string;
  readonly isDefault: boolean;
  /** A StorageClass whose volumes stay when their claims are gone. */
  readonly keepsVolumes: boolean;
}

/** What a plan has to know of the cluster it is for. */
export interface ClusterFacts {
  readonly kinds: readonly ResourceKind[];
  /** Kinds that could not be read are missing: then nothing is said about them. */
  readonly classes: ReadonlyMap<ClassKind, readonly ClusterClass[]>;
  /** Hosts that Ingresses serve already, with the namespace and name of one that does. */
  readonly hosts: ReadonlyMap<string, string>;
}
