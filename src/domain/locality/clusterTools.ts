import type { LocalityProof } from './localityProof.ts';

export type ClusterToolName = Extract<LocalityProof, { by: 'container' }>['tool'];

/** How a tool that makes clusters of containers marks them. */
export interface ClusterTool {
  readonly name: ClusterToolName;
  /** Its value is the cluster's name; every container of a cluster has it. */
  readonly clusterLabel: string;
  readonly roleLabel: string;
  /** Port of the API server in the containers that serve it. */
  readonly apiPort: number;
  /** Roles of containers that serve the API, or pass it on to one that does; undefined: any. */
  readonly apiRoles: readonly string[] | undefined;
  /** Roles of containers that are nodes, each of them under its own name; undefined: any. */
  readonly nodeRoles: readonly string[] | undefined;
}

/**
 * Labels as the tools write them: kind `pkg/cluster/constants` and `pkg/cluster/internal/providers/common`, k3d
 * `pkg/types/types.go`, minikube `pkg/drivers/kic/oci`.
 */
export const clusterTools: readonly ClusterTool[] = [
  {
    name: 'kind',
    clusterLabel: 'io.x-k8s.kind.cluster',
    roleLabel: 'io.x-k8s.kind.role',
    apiPort: 6443,
    apiRoles: ['control-plane', 'external-load-balancer'],
    nodeRoles: ['control-plane', 'worker'],
  },
  {
    name: 'k3d',
    clusterLabel: 'k3d.cluster',
    roleLabel: 'k3d.role',
    apiPort: 6443,
    apiRoles: ['server', 'loadbalancer'],
    nodeRoles: ['server', 'agent'],
  },
  {
    name: 'minikube',
    clusterLabel: 'name.minikube.sigs.k8s.io',
    roleLabel: 'role.minikube.sigs.k8s.io',
    apiPort: 8443,
    // Its releases differ in what they write there.
    apiRoles: undefined,
    nodeRoles: undefined,
  },
];

export function mayBe(roles: readonly string[] | undefined, role: string | undefined): boolean {
  return roles === undefined || (role !== undefined && roles.includes(role));
}
