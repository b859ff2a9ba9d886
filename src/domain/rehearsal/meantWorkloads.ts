import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { podSpecOf } from '../kubernetes/podSpec.ts';
import { nameOfObject, type ObjectName } from '../localAgent/objectName.ts';
import { readNeeds } from '../workloads/readNeeds.ts';
import type { ChangedObject } from './rehearsalEvent.ts';

/**
 * Which workloads a change is about, and so are judged: those it changes, and those that need what it changes. All of
 * them, when it changes nothing or something that any of them may feel. Trouble of the others was there before.
 */
export function meantWorkloads(
  head: readonly ClusterObject[],
  changed: readonly Pick<ChangedObject, 'object'>[],
): (workload: ObjectName) => boolean {
  const running = head.flatMap((object) => {
    const spec = podSpecOf(object);
    return spec ? [{ key: keyOf(nameOfObject(object)), needs: readNeeds(spec) }] : [];
  });
  const meant = new Set<string>();
  for (const { object } of changed) {
    const key = keyOf(object);
    const by = running.filter(
      ({ key: other, needs }) =>
        other === key ||
        (object.group === '' && needs.some(({ kind, name }) => kind === object.kind && name === object.name)),
    );
    // A Service, a role, a policy: whoever feels it cannot be told.
    if (by.length === 0 && !makesPods(object)) return () => true;
    for (const workload of by) meant.add(workload.key);
  }
  return changed.length === 0 ? () => true : (workload) => meant.has(keyOf(workload));
}

/** The same in the environment's namespace and in the rehearsal's. */
function keyOf({ group, kind, name }: ObjectName): string {
  return `${group} ${kind} ${name}`;
}

function makesPods({ group, kind, name }: ObjectName): boolean {
  const apiVersion = group === '' ? 'v1' : `${group}/v1`;
  return podSpecOf({ apiVersion, kind, metadata: { name } }) !== undefined;
}
