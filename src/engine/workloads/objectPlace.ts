import { present } from '../../base/present.ts';
import { TowlineError } from '../../domain/errors/towlineError.ts';
import type { ResourceKind } from '../../domain/kubernetes/resourceKind.ts';
import type { ClusterReads } from '../ports/clusters.ts';

/** An object by name; a Workload, a Pod and a ReplicaSet are one themselves. */
export interface ObjectPlace {
  readonly kind: string;
  /** Of its API; needed only where several groups have the kind. */
  readonly group?: string;
  /** '' for objects that are in no namespace. */
  readonly namespace: string;
  readonly name: string;
  /** Only that very object, and not another that has its name now. */
  readonly uid?: string;
}

/** Groups that are meant where none is named, the first before the others. */
const usualGroups = ['', 'apps', 'batch'];

/** Throws `object-missing` where the cluster does not serve such a kind. */
export async function findKind(
  reads: ClusterReads,
  { kind, group }: Pick<ObjectPlace, 'kind' | 'group'>,
  signal: AbortSignal,
): Promise<ResourceKind> {
  const { kinds } = await reads.discover(signal);
  const named = kinds.filter((one) => one.kind === kind && (group === undefined || one.group === group));
  const found = usualGroups.flatMap((usual) => named.find((one) => one.group === usual) ?? [])[0] ?? named[0];
  if (!found)
    throw new TowlineError('object-missing', { why: `${reads.context.name} does not serve a kind ${kind}.` });
  return found;
}

export function placeWords({ kind, namespace, name }: ObjectPlace): string {
  return `${kind} ${name}${namespace === '' ? '' : ` in namespace ${namespace}`}`;
}

export function uidOf({ uid }: ObjectPlace): { readonly uid?: string } {
  return present({ uid });
}
