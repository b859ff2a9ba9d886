import type { ClusterObject } from '../../domain/kubernetes/clusterObject.ts';
import { type Fields, fieldsOf, specOf } from '../../domain/kubernetes/objectFields.ts';
import { withPodSpec } from '../../domain/kubernetes/podSpec.ts';

/**
 * What server-side apply sends of an object. Ports are merged by their number and protocol, and servers before 1.21 do
 * not know the default of the second one there (https://github.com/kubernetes/kubernetes/issues/92332): it is written out.
 */
export function applyBody(object: ClusterObject): string {
  const whole =
    object.kind === 'Service' && object.apiVersion === 'v1'
      ? { ...object, spec: withProtocols(specOf(object)) }
      : withPodSpec(object, (spec) => ({
          ...spec,
          ...withContainers(spec, 'initContainers'),
          ...withContainers(spec, 'containers'),
        }));
  return JSON.stringify(whole);
}

function withContainers(spec: Fields, name: string): Fields {
  const containers = spec[name];
  return Array.isArray(containers)
    ? { [name]: containers.map((container) => withProtocols(fieldsOf(container))) }
    : {};
}

function withProtocols(holder: Fields): Fields {
  const { ports } = holder;
  if (!Array.isArray(ports)) return holder;
  return { ...holder, ports: ports.map((port) => ({ protocol: 'TCP', ...fieldsOf(port) })) };
}
