import { diffRenderings } from '../diff/diffRenderings.ts';
import type { SecretMark } from '../diff/objectDiff.ts';
import type { RenderedObject } from '../rendering/rendering.ts';
import type { ChangedObject } from './rehearsalEvent.ts';

/** The rendered diff of a change. */
export function changedObjects(
  base: readonly RenderedObject[],
  head: readonly RenderedObject[],
  mark: SecretMark,
): readonly ChangedObject[] {
  return diffRenderings(base, head, mark).objects.map(({ name, renamedFrom: _, ...diff }) => ({
    ...diff,
    object: name,
  }));
}
