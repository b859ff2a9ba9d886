import assert from 'node:assert/strict';
import { clusterTools } from '../../../../src/domain/locality/clusterTools.ts';
import {
  findServingContainer,
  type ProvingContainer,
} from '../../../../src/domain/locality/findServingContainer.ts';

const labelsOf = {
  kind: (role: string) => ({ 'io.x-k8s.kind.cluster': 'dev', 'io.x-k8s.kind.role': role }),
  k3d: (role: string) => ({ app: 'k3d', 'k3d.cluster': 'dev', 'k3d.role': role }),
  minikube: (role: string) => ({
    'created_by.minikube.sigs.k8s.io': 'true',
    'name.minikube.sigs.k8s.io': 'dev',
    'role.minikube.sigs.k8s.io': role,
  }),
};

function container(
  name: string,
  labels: Readonly<Record<string, string>>,
  more: Partial<ProvingContainer> = {},
): ProvingContainer {
  return { name, running: true, labels, ports: [], networks: {}, ...more };
}

function publishes(hostAddress: string, hostPort: number, containerPort = 6443) {
  return { ports: [{ hostAddress, hostPort, containerPort }] };
}

function find(tool: keyof typeof labelsOf, server: string, ...containers: readonly ProvingContainer[]) {
  const found = clusterTools.find(({ name }) => name === tool);
  assert.ok(found);
  return findServingContainer(server, found, containers);
}

describe('the container that serves a cluster', () => {
  const kindNode = container('dev-control-plane', labelsOf.kind('control-plane'), {
    ...publishes('127.0.0.1', 41234),
    networks: { kind: ['172.18.0.2', 'fc00::2'] },
  });
  const worker = container('dev-worker', labelsOf.kind('worker'));

  it("is found by kind's published port, with the nodes its cluster may have", () => {
    assert.deepEqual(find('kind', 'https://127.0.0.1:41234', worker, kindNode), {
      container: 'dev-control-plane',
      cluster: 'dev',
      nodes: ['dev-worker', 'dev-control-plane'],
      how: 'publishes 127.0.0.1:41234',
    });
  });

  it('is found by its own address on a network of the engine', () => {
    for (const host of ['172.18.0.2', '[fc00::2]'])
      assert.equal(find('kind', `https://${host}:6443`, kindNode)?.how, `has the address ${host}:6443`);
    assert.equal(find('kind', 'https://172.18.0.2:41234', kindNode), undefined);
  });

  it("is k3d's load balancer, which is no node", () => {
    const balancer = container('k3d-dev-serverlb', labelsOf.k3d('loadbalancer'), publishes('0.0.0.0', 36257));
    const server = container('k3d-dev-server-0', labelsOf.k3d('server'));
    const agent = container('k3d-dev-agent-0', labelsOf.k3d('agent'));
    const found = find('k3d', 'https://0.0.0.0:36257', balancer, server, agent);
    assert.equal(found?.container, 'k3d-dev-serverlb');
    assert.deepEqual(found.nodes, ['k3d-dev-server-0', 'k3d-dev-agent-0']);
  });

  it("is minikube's, whatever its role says", () => {
    const node = container('dev', labelsOf.minikube(''), {
      ...publishes('127.0.0.1', 49171, 8443),
      networks: { dev: ['192.168.49.2'] },
    });
    assert.ok(find('minikube', 'https://192.168.49.2:8443', node));
    assert.ok(find('minikube', 'https://127.0.0.1:49171', node));
    assert.equal(find('minikube', 'https://192.168.49.2:6443', node), undefined);
  });

  it('is none that has another port, role or address, or does not run', () => {
    for (const [why, server, ...containers] of [
      [
        'a port of a program in the cluster',
        'https://127.0.0.1:8080',
        { ...kindNode, ...publishes('127.0.0.1', 8080, 80) },
      ],
      ['a port next to it', 'https://127.0.0.1:41235', kindNode],
      [
        'a port that is published to the network only',
        'https://127.0.0.1:41234',
        { ...kindNode, ...publishes('192.168.1.5', 41234) },
      ],
      [
        'the address of a machine on the network',
        'https://192.168.1.5:41234',
        { ...kindNode, ...publishes('192.168.1.5', 41234) },
      ],
      [
        'another address of this machine',
        'https://10.0.0.7:41234',
        { ...kindNode, ...publishes('0.0.0.0', 41234) },
      ],
      ['a name', 'https://localhost:41234', kindNode],
      ['the other loopback', 'https://[::1]:41234', kindNode],
      ['no https', 'http://127.0.0.1:41234', kindNode],
      ['no address', 'nonsense', kindNode],
      ['stopped', 'https://127.0.0.1:41234', { ...kindNode, running: false }],
      ['a worker', 'https://127.0.0.1:41234', { ...kindNode, labels: labelsOf.kind('worker') }],
      ['no label', 'https://127.0.0.1:41234', { ...kindNode, labels: {} }],
      [
        'an empty label',
        'https://127.0.0.1:41234',
        { ...kindNode, labels: { ...labelsOf.kind('control-plane'), 'io.x-k8s.kind.cluster': '' } },
      ],
      ['labels of another tool', 'https://127.0.0.1:41234', { ...kindNode, labels: labelsOf.k3d('server') }],
    ] as const)
      assert.equal(find('kind', server, ...containers), undefined, why);
  });

  it('counts no containers of other clusters as its nodes', () => {
    const stranger = container('prod-worker', {
      ...labelsOf.kind('worker'),
      'io.x-k8s.kind.cluster': 'prod',
    });
    assert.deepEqual(find('kind', 'https://127.0.0.1:41234', kindNode, stranger)?.nodes, [
      'dev-control-plane',
    ]);
  });
});
