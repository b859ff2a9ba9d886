import { stringify } from 'yaml';
import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { hideSecrets } from '../kubernetes/hideSecrets.ts';
import { nameKey, nameOfObject } from '../localAgent/objectName.ts';
import type { RenderedObject } from '../rendering/rendering.ts';
import type { ChangedObject } from './rehearsalEvent.ts';

/** What a change does to the objects of an environment, in the order of its rendering; what it removes comes last. */
export function changedObjects(
  base: readonly RenderedObject[],
  head: readonly RenderedObject[],
): readonly ChangedObject[] {
  const before = new Map(base.map(({ object }) => [nameKey(nameOfObject(object)), object]));
  const after = new Set(head.map(({ object }) => nameKey(nameOfObject(object))));
  const kept = head.flatMap(({ object }): readonly ChangedObject[] => {
    const was = before.get(nameKey(nameOfObject(object)));
    if (was && textOf(was, false) === textOf(object, false)) return [];
    return [
      {
        object: nameOfObject(object),
        change: was ? 'changed' : 'added',
        before: was ? textOf(was, true) : '',
        after: textOf(object, true),
      },
    ];
  });
  const removed = [...before].flatMap(([key, object]): readonly ChangedObject[] =>
    after.has(key)
      ? []
      : [{ object: nameOfObject(object), change: 'removed', before: textOf(object, true), after: '' }],
  );
  return [...kept, ...removed];
}

function textOf(object: ClusterObject, masked: boolean): string {
  return stringify(masked ? hideSecrets(object) : object, {
    lineWidth: 0,
    aliasDuplicateObjects: false,
    sortMapEntries: true,
  });
}
