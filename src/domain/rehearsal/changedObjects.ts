import { diffRenderings } from '../diff/diffRenderings.ts';
import type { SecretMark } from '../diff/objectDiff.ts';
import { printObject, settleObject } from '../diff/printObject.ts';
import { hideSecrets } from '../kubernetes/hideSecrets.ts';
import { nameKey, nameOfObject } from '../localAgent/objectName.ts';
import type { RenderedObject } from '../rendering/rendering.ts';
import type { ChangedObject } from './rehearsalEvent.ts';

/** The rendered diff of a change, with whole texts for who shows them side by side. */
export function changedObjects(
  base: readonly RenderedObject[],
  head: readonly RenderedObject[],
  mark: SecretMark,
): readonly ChangedObject[] {
  const textsOf = (objects: readonly RenderedObject[]): ((key: string) => string) => {
    const found = new Map(objects.map(({ object }) => [nameKey(nameOfObject(object)), object]));
    return (key) => {
      const object = found.get(key);
      return object ? printObject(hideSecrets(settleObject(object), mark)) : '';
    };
  };
  const before = textsOf(base);
  const after = textsOf(head);
  return diffRenderings(base, head, mark).objects.map(({ name, renamedFrom, ...diff }) => ({
    ...diff,
    object: name,
    before: before(nameKey({ ...name, name: renamedFrom ?? name.name })),
    after: after(nameKey(name)),
  }));
}
