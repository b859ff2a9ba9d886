import { present } from '../../base/present.ts';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type Fields, fieldsOf, listOf, textOf, timeOf } from '../kubernetes/objectFields.ts';
import type { Condition, ObjectIdentity } from './workload.ts';

const noConditions: readonly Condition[] = [];

/** What names an object and says whose it is. */
export function readIdentity<Kind extends string>(
  object: ClusterObject,
  kind: Kind,
): ObjectIdentity & { readonly kind: Kind } {
  const metadata = fieldsOf(object.metadata);
  const owner = listOf(metadata.ownerReferences).find(({ controller }) => controller === true);
  return {
    kind,
    namespace: textOf(metadata.namespace) ?? '',
    name: textOf(metadata.name) ?? '',
    uid: textOf(metadata.uid) ?? '',
    created: timeOf(metadata.creationTimestamp) ?? 0,
    ...present({
      deleting: timeOf(metadata.deletionTimestamp),
      owner: owner && {
        kind: textOf(owner.kind) ?? '',
        name: textOf(owner.name) ?? '',
        uid: textOf(owner.uid) ?? '',
      },
    }),
  };
}

export function readConditions(value: unknown): readonly Condition[] {
  const list = listOf(value);
  return list.length === 0 ? noConditions : list.map(readCondition);
}

function readCondition({ type, status, reason, message, lastTransitionTime }: Fields): Condition {
  return {
    type: textOf(type) ?? '',
    status: status === 'True' || status === 'False' ? status : 'Unknown',
    ...present({ reason: textOf(reason), message: textOf(message), since: timeOf(lastTransitionTime) }),
  };
}
