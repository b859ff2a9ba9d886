import { present } from '../../base/present.ts';
import { countOf, type Fields, fieldsOf, listOf, textMapOf, textOf } from '../kubernetes/objectFields.ts';
import { describeProbe } from './describeProbe.ts';
import { readNeeds } from './readNeeds.ts';
import type { ContainerPort, ContainerTemplate, PodTemplate, Probe } from './workload.ts';

const noPorts: readonly ContainerPort[] = [];
const noProbes: readonly Probe[] = [];
const probeKinds = ['startup', 'liveness', 'readiness'] as const;

export function readPodTemplate(value: unknown): PodTemplate {
  const template = fieldsOf(value);
  const spec = fieldsOf(template.spec);
  return {
    labels: textMapOf(fieldsOf(template.metadata).labels),
    containers: readContainers(spec),
    needs: readNeeds(spec),
    nodeSelector: textMapOf(spec.nodeSelector),
  };
}

/** All containers of a pod's spec, in the order in which they start. */
export function readContainers(spec: Fields): readonly ContainerTemplate[] {
  return [
    ...listOf(spec.initContainers).map((container) =>
      readContainer(container, container.restartPolicy === 'Always' ? 'sidecar' : 'init'),
    ),
    ...listOf(spec.containers).map((container) => readContainer(container, 'main')),
    ...listOf(spec.ephemeralContainers).map((container) => readContainer(container, 'debug')),
  ];
}

function readContainer(container: Fields, role: ContainerTemplate['role']): ContainerTemplate {
  const resources = fieldsOf(container.resources);
  const ports = listOf(container.ports);
  return {
    name: textOf(container.name) ?? '',
    role,
    image: textOf(container.image) ?? '',
    requests: textMapOf(resources.requests),
    limits: textMapOf(resources.limits),
    ports: ports.length === 0 ? noPorts : ports.map(readPort),
    probes: readProbes(container),
  };
}

function readPort({ name, containerPort, protocol }: Fields): ContainerPort {
  return {
    port: countOf(containerPort) ?? 0,
    protocol: textOf(protocol) ?? 'TCP',
    ...present({ name: textOf(name) }),
  };
}

function readProbes(container: Fields): readonly Probe[] {
  const probes = probeKinds.flatMap((kind) => {
    const value = container[`${kind}Probe`];
    if (value === undefined || value === null) return [];
    const probe = fieldsOf(value);
    return [{ kind, asks: describeProbe(probe), failureThreshold: countOf(probe.failureThreshold) ?? 3 }];
  });
  return probes.length === 0 ? noProbes : probes;
}
