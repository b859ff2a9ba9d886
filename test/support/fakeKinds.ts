import type { ResourceKind } from '../../src/domain/kubernetes/resourceKind.ts';

function kind(group: string, version: string, name: string, plural: string, namespaced = true): ResourceKind {
  return { group, version, kind: name, plural, namespaced };
}

/** What a fake cluster serves unless told otherwise: a real one's kinds that Towline reads. */
export const fakeKinds = {
  namespaces: kind('', 'v1', 'Namespace', 'namespaces', false),
  nodes: kind('', 'v1', 'Node', 'nodes', false),
  pods: kind('', 'v1', 'Pod', 'pods'),
  services: kind('', 'v1', 'Service', 'services'),
  configMaps: kind('', 'v1', 'ConfigMap', 'configmaps'),
  secrets: kind('', 'v1', 'Secret', 'secrets'),
  events: kind('', 'v1', 'Event', 'events'),
  resourceQuotas: kind('', 'v1', 'ResourceQuota', 'resourcequotas'),
  serviceAccounts: kind('', 'v1', 'ServiceAccount', 'serviceaccounts'),
  persistentVolumeClaims: kind('', 'v1', 'PersistentVolumeClaim', 'persistentvolumeclaims'),
  deployments: kind('apps', 'v1', 'Deployment', 'deployments'),
  replicaSets: kind('apps', 'v1', 'ReplicaSet', 'replicasets'),
  statefulSets: kind('apps', 'v1', 'StatefulSet', 'statefulsets'),
  daemonSets: kind('apps', 'v1', 'DaemonSet', 'daemonsets'),
  jobs: kind('batch', 'v1', 'Job', 'jobs'),
  cronJobs: kind('batch', 'v1', 'CronJob', 'cronjobs'),
  ingresses: kind('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  customResourceDefinitions: kind(
    'apiextensions.k8s.io',
    'v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
} as const;
