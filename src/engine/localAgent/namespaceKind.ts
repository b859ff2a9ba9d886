import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';

export const namespaceKind: ResourceKind = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
};
