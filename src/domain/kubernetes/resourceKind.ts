/** A kind that an API server serves, in the version that is used for it. */
export interface ResourceKind {
  /** '' for the core group. */
  readonly group: string;
  readonly version: string;
  /** e.g. `Deployment` */
  readonly kind: string;
  /** Name in addresses, e.g. `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
}

/** `v1`, `apps/v1` */
export function apiVersionOf({ group, version }: Pick<ResourceKind, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}
