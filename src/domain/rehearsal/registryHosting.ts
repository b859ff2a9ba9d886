import { fieldsOf, textOf } from '../kubernetes/objectFields.ts';
import { plainValueOf } from '../yaml/plainValueOf.ts';
import { readYaml } from '../yaml/readYaml.ts';

/** Where a local cluster says its registry is: https://github.com/kubernetes/enhancements, KEP-1755. */
export interface RegistryHosting {
  /** As programs of this machine name it, e.g. `localhost:5001`. */
  readonly host: string;
  /** As the nodes that pull images name it; the same when the cluster does not say. */
  readonly fromNodes: string;
}

/**
 * Undefined for what says no host.
 *
 * @param text value of `localRegistryHosting.v1` of ConfigMap kube-public/local-registry-hosting
 */
export function readRegistryHosting(text: string): RegistryHosting | undefined {
  const [document] = readYaml(text, 'local-registry-hosting').documents;
  const fields = fieldsOf(document && plainValueOf(document));
  const host = textOf(fields.host);
  if (host === undefined) return undefined;
  return { host, fromNodes: textOf(fields.hostFromContainerRuntime) ?? host };
}
