import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { fieldsOf, textOf } from '../kubernetes/objectFields.ts';
import { nameKey, type ObjectName } from './objectName.ts';

/** Namespace of the local agent's own records. */
export const agentNamespace = 'towline';

/** What the local agent follows: enough to tell two of them apart. */
export interface FollowedSource {
  readonly environment: string;
  /** Address of the remote, or path of the repository, without credentials. */
  readonly repository: string;
  readonly branch: string;
  /** Folder of the environment in the repository. */
  readonly path: string;
}

/** What the local agent has put on a cluster for an environment, kept on the cluster itself. */
export interface Inventory {
  readonly source: FollowedSource;
  /** Commit that was applied whole; undefined before the first. */
  readonly applied?: string;
  /** Commit that was tried last. */
  readonly attempted?: string;
  /** Nothing is applied until it is taken away. */
  readonly paused: boolean;
  /** One sentence on where it stands, for whoever reads the cluster only. */
  readonly message?: string;
  readonly objects: readonly ObjectName[];
}

export const inventoryLabels = { 'app.kubernetes.io/managed-by': 'towline' } as const;

/** As a ConfigMap. `name` must be one for each source. */
export function writeInventory(name: string, inventory: Inventory): ClusterObject {
  const { source, applied, attempted, paused, message, objects } = inventory;
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: agentNamespace, labels: inventoryLabels },
    data: {
      source: JSON.stringify(source),
      ...(applied === undefined ? {} : { applied }),
      ...(attempted === undefined ? {} : { attempted }),
      paused: String(paused),
      ...(message === undefined ? {} : { message }),
      objects: objects.map(nameKey).sort().join('\n'),
    },
  };
}

/** Undefined for what is not an inventory, or one of a shape that nobody knows: then nothing of it may be pruned. */
export function readInventory(object: ClusterObject): Inventory | undefined {
  const data = fieldsOf(object.data);
  const source = readSource(textOf(data.source));
  if (!source || typeof data.objects !== 'string') return undefined;
  const lines = data.objects.split('\n').filter((line) => line !== '');
  const objects = lines.flatMap((line) => {
    const [group = '', kind = '', namespace = '', name = '', ...more] = line.split(' ');
    return kind !== '' && name !== '' && more.length === 0 ? { group, kind, namespace, name } : [];
  });
  if (objects.length !== lines.length) return undefined;
  const applied = textOf(data.applied);
  const attempted = textOf(data.attempted);
  const message = textOf(data.message);
  return {
    source,
    ...(applied === undefined ? {} : { applied }),
    ...(attempted === undefined ? {} : { attempted }),
    paused: data.paused === 'true',
    ...(message === undefined ? {} : { message }),
    objects,
  };
}

function readSource(text: string | undefined): FollowedSource | undefined {
  try {
    const { environment, repository, branch, path } = fieldsOf(JSON.parse(text ?? ''));
    const all = [environment, repository, branch, path].every((part) => typeof part === 'string');
    return all ? ({ environment, repository, branch, path } as FollowedSource) : undefined;
  } catch {
    return undefined;
  }
}
