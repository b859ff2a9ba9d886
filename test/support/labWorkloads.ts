import type { ClusterWrites } from '../../src/engine/ports/clusters.ts';
import { type ClusterContract, proofOf } from './clusterContract.ts';
import { fakeKinds } from './fakeKinds.ts';

const { signal } = new AbortController();

export interface LabDeployment {
  readonly name: string;
  readonly container: Readonly<Record<string, unknown>>;
  readonly replicas?: number;
}

/** Answers with its version on port 8080, and writes a line with it every half second. */
export function talkingContainer(image: string, version: string): Readonly<Record<string, unknown>> {
  const program = `
    setInterval(() => console.log('tick ' + process.env.VERSION), 500);
    require('node:http').createServer((request, answer) => answer.end(process.env.VERSION)).listen(8080);
    process.on('SIGTERM', () => process.exit(0));`;
  return {
    image,
    command: ['node', '--eval', program],
    env: [{ name: 'VERSION', value: version }],
    ports: [{ name: 'http', containerPort: 8080 }],
    readinessProbe: { httpGet: { port: 8080 }, periodSeconds: 1 },
  };
}

/** Workloads in a test's namespace; they go with it. */
export function openLabWorkloads({ clusters, context, namespace }: ClusterContract) {
  const writes: ClusterWrites = clusters.openForWriting(proofOf(clusters, context));

  return {
    async create({ name, container, replicas = 1 }: LabDeployment): Promise<void> {
      const labels = { app: name };
      const containers = [{ name: 'main', imagePullPolicy: 'IfNotPresent', ...container }];
      const template = {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers },
      };
      const spec = { replicas, selector: { matchLabels: labels }, template };
      const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace }, spec };
      await writes.create(object, fakeKinds.deployments, signal);
    },
    /** Begins a rolling update. */
    async update(name: string, container: Readonly<Record<string, unknown>>): Promise<void> {
      const containers = [{ name: 'main', imagePullPolicy: 'IfNotPresent', ...container }];
      const target = { kind: fakeKinds.deployments, namespace, name };
      await writes.patch(
        target,
        { spec: { template: { spec: { containers } } } },
        { fieldManager: 'test' },
        signal,
      );
    },
    async deletePods(app: string): Promise<readonly string[]> {
      const reads = clusters.connect(context);
      try {
        const { items } = await reads.list(fakeKinds.pods, { namespace, labels: `app=${app}` }, {}, signal);
        const names = items.map(({ metadata }) => metadata.name);
        for (const name of names) await writes.delete(fakeKinds.pods, namespace, name, {}, signal);
        return names;
      } finally {
        reads.dispose();
      }
    },
  };
}
