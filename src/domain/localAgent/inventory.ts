import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { countOf, fieldsOf, textOf } from '../kubernetes/objectFields.ts';
import { type AgentHolder, readHolder, writeHolder } from './agentHolder.ts';
import { isAppliedByAgent } from './managedFields.ts';
import { nameKey, type ObjectName } from './objectName.ts';
import type { RolloutOutcome } from './rolloutOutcome.ts';

/** Namespace of the local agent's own records. */
export const agentNamespace = 'towline';

/** What the local agent follows. */
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
  /** How the rollouts of the applied commit ended; undefined while they go on. */
  readonly settled?: RolloutOutcome;
  /** Nothing is applied until it is taken away. */
  readonly paused: boolean;
  /** One sentence on where it stands, for whoever reads the cluster only. */
  readonly message?: string;
  /** Somebody asked to have it reconciled anew: milliseconds since the epoch. */
  readonly asked?: number;
  /** Who applies; undefined when nobody does. */
  readonly holder?: AgentHolder;
  /** Everything that was put there; in the middle of a reconcile also what is about to be. */
  readonly objects: readonly KeptObject[];
}

export interface KeptObject extends ObjectName {
  /** Of the object that was put there; undefined while nobody knows whether it was. */
  readonly uid?: string;
}

/**
 * Whether a live object is what the inventory means. Not all that it names was applied: its writer may have ended before,
 * and then somebody else's object may have that name. Fields that the agent owns prove it, or the uid; an object of
 * nothing but a name has no fields.
 */
export function isOwn(live: ClusterObject, kept: KeptObject | undefined): boolean {
  if (!kept) return false;
  return (kept.uid !== undefined && kept.uid === live.metadata.uid) || isAppliedByAgent(live);
}

/** Names the source for as long as it is the same manifests: another branch of them takes the inventory over. */
export function sourceKey({ repository, path, environment }: FollowedSource): string {
  return JSON.stringify([repository, path, environment]);
}

export const inventoryLabels = { 'app.kubernetes.io/managed-by': 'towline' } as const;

/** As a ConfigMap. `name` must be one for each source. */
export function writeInventory(name: string, inventory: Inventory): ClusterObject {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: agentNamespace, labels: inventoryLabels },
    data: writeChange(inventory),
  };
}

/** What a change writes into the ConfigMap's data, as a JSON merge patch; an undefined value takes its part out. */
export type InventoryChange = { readonly [Part in keyof Inventory]?: Inventory[Part] | undefined };

export function writeChange(change: InventoryChange): Readonly<Record<string, string | null>> {
  return Object.fromEntries(
    Object.entries(change).map(([part, value]) => [
      part,
      value === undefined ? null : writers[part as keyof Inventory](value as never),
    ]),
  );
}

const writers: { readonly [Part in keyof Inventory]-?: (value: NonNullable<Inventory[Part]>) => string } = {
  source: (source) => JSON.stringify(source),
  applied: String,
  attempted: String,
  settled: String,
  paused: String,
  message: String,
  asked: String,
  holder: writeHolder,
  objects: (objects) =>
    objects
      .map((object) => [nameKey(object), object.uid].filter(Boolean).join(' '))
      .sort()
      .join('\n'),
};

/** Undefined for what is not an inventory, or one of a shape that nobody knows: then nothing of it may be pruned. */
export function readInventory(object: ClusterObject): Inventory | undefined {
  const data = fieldsOf(object.data);
  const source = readSource(textOf(data.source));
  if (!source || typeof data.objects !== 'string') return undefined;
  const lines = data.objects.split('\n').filter((line) => line !== '');
  const objects = lines.flatMap((line) => {
    const [group = '', kind = '', namespace = '', name = '', uid, ...more] = line.split(' ');
    if (kind === '' || name === '' || more.length > 0) return [];
    return { group, kind, namespace, name, ...(uid === undefined ? {} : { uid }) };
  });
  if (objects.length !== lines.length) return undefined;
  const applied = textOf(data.applied);
  const attempted = textOf(data.attempted);
  const settled = outcomes.find((outcome) => outcome === data.settled);
  const message = textOf(data.message);
  const asked = countOf(Number(textOf(data.asked)));
  const holder = readHolder(textOf(data.holder));
  return {
    source,
    ...(applied === undefined ? {} : { applied }),
    ...(attempted === undefined ? {} : { attempted }),
    ...(settled ? { settled } : {}),
    paused: data.paused === 'true',
    ...(message === undefined ? {} : { message }),
    ...(asked === undefined ? {} : { asked }),
    ...(holder ? { holder } : {}),
    objects,
  };
}

const outcomes: readonly RolloutOutcome[] = ['healthy', 'failed', 'timed-out'];

function readSource(text: string | undefined): FollowedSource | undefined {
  try {
    const { environment, repository, branch, path } = fieldsOf(JSON.parse(text ?? ''));
    const all = [environment, repository, branch, path].every((part) => typeof part === 'string');
    return all ? ({ environment, repository, branch, path } as FollowedSource) : undefined;
  } catch {
    return undefined;
  }
}
