import { builtInKinds } from '../kubernetes/builtInKinds.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { fieldsOf, textOf } from '../kubernetes/objectFields.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { readYaml } from '../yaml/readYaml.ts';

/**
 * What a cluster says of its local registry: KEP-1755, a convention and no API.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/1755-communicating-a-local-registry
 */
export interface RegistryHosting {
  /** Where this machine pushes, and what image fields name: `localhost:5001`. */
  readonly host: string;
  /** What image fields name where that is another one. */
  readonly hostFromContainerRuntime?: string;
  readonly help?: string;
}

export const hostingPlace = {
  kind: builtInKinds.configMaps,
  namespace: 'kube-public',
  name: 'local-registry-hosting',
} as const;

const key = 'localRegistryHosting.v1';

/** Undefined where the object says nothing that is understood. */
export function readHosting(object: ClusterObject | undefined): RegistryHosting | undefined {
  const text = textOf(fieldsOf(object?.data)[key]);
  if (text === undefined) return undefined;
  const [document] = readYaml(text, key).documents;
  const fields = fieldsOf(document && plainValueOf(document));
  const host = textOf(fields.host);
  // A host and a port, and nothing that could mean another place.
  if (host === undefined || !/^[\w.-]+(?::\d+)?$/.test(host)) return undefined;
  const inside = textOf(fields.hostFromContainerRuntime);
  const help = textOf(fields.help);
  return {
    host,
    ...(inside === undefined ? {} : { hostFromContainerRuntime: inside }),
    ...(help === undefined ? {} : { help }),
  };
}

/** @param inside name and port by which pods reach the registry */
export function writeHosting(host: string, inside: string): ClusterObject {
  const lines = [
    `host: ${JSON.stringify(host)}`,
    `hostFromClusterNetwork: ${JSON.stringify(inside)}`,
    'help: "https://kind.sigs.k8s.io/docs/user/local-registry/"',
  ];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: hostingPlace.name, namespace: hostingPlace.namespace },
    data: { [key]: `${lines.join('\n')}\n` },
  };
}

/** Where containerd looks for what a host of images really is. */
export function hostsFile(host: string): string {
  return `/etc/containerd/certs.d/${host}/hosts.toml`;
}

export function hostsText(inside: string): string {
  return `[host."http://${inside}"]\n`;
}
