/** Why a cluster may be written to. */
export type LocalityProof = {
  /** kubeconfig context the proof was made for. */
  readonly context: string;
  /** The address and certificate authority it holds for; a writer that finds others must refuse. */
  readonly server: string;
  /** Lower-case hex SHA-256 of the certificate authority's PEM data; undefined where the context names none. */
  readonly authority: string | undefined;
} & (
  | {
      readonly by: 'container';
      /** Who made the cluster. */
      readonly tool: 'kind' | 'k3d' | 'minikube';
      /** The container whose published port, or whose address on an engine network, the server is. */
      readonly container: string;
    }
  | {
      readonly by: 'opt-in';
      /** User-level file that says so. */
      readonly file: string;
    }
);
