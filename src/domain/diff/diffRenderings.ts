import { nameKey, nameOfObject } from '../localAgent/objectName.ts';
import type { RenderedObject } from '../rendering/rendering.ts';
import { diffObject, type ObjectDiff, type SecretMark } from './objectDiff.ts';

/** What a change of the manifests changes in what they render to. */
export interface RenderedDiff {
  /** By namespace, kind and name. */
  readonly objects: readonly ObjectDiff[];
  readonly unchanged: number;
}

/** Two renderings of one environment, object by object, whatever order they come in. */
export function diffRenderings(
  base: readonly RenderedObject[],
  head: readonly RenderedObject[],
  mark: SecretMark,
): RenderedDiff {
  const [before, after] = [byName(base), byName(head)];
  const renamed = pairGenerated(before, after);
  const taken = new Set([...renamed.values()]);
  const objects: ObjectDiff[] = [];
  let unchanged = 0;
  for (const [key, { object, at }] of after) {
    const old = before.get(key) ?? renamed.get(key);
    const diff = diffObject(old?.object, object, mark, at);
    if (diff) objects.push(diff);
    else unchanged += 1;
  }
  for (const [key, gone] of before) {
    if (after.has(key) || taken.has(gone)) continue;
    const diff = diffObject(gone.object, undefined, mark, gone.at);
    if (diff) objects.push(diff);
  }
  return { objects: objects.sort(byPlace), unchanged };
}

/** The last one counts where an object is there twice, as it does when they are applied one after the other. */
function byName(objects: readonly RenderedObject[]): ReadonlyMap<string, RenderedObject> {
  return new Map(objects.map((rendered) => [nameKey(nameOfObject(rendered.object)), rendered]));
}

/** The hash that kustomize adds to the names of what it generates; its letters are no vowels and no look-alikes. */
const generatedHash = /-[2456789bcdfghkmt]{10}$/;

/** Generated objects whose contents, and with it their names, changed: the new one's key, and the old one. */
function pairGenerated(
  before: ReadonlyMap<string, RenderedObject>,
  after: ReadonlyMap<string, RenderedObject>,
): ReadonlyMap<string, RenderedObject> {
  const stems = (these: ReadonlyMap<string, RenderedObject>, others: ReadonlyMap<string, RenderedObject>) =>
    Map.groupBy(
      [...these].filter(([key]) => !others.has(key) && generatedHash.test(key)),
      ([key]) => key.replace(generatedHash, ''),
    );
  const made = stems(after, before);
  const gone = stems(before, after);
  const pairs = new Map<string, RenderedObject>();
  for (const [stem, news] of made) {
    const olds = gone.get(stem) ?? [];
    const [[key] = [], [, old] = []] = [news[0], olds[0]];
    if (news.length === 1 && olds.length === 1 && key !== undefined && old) pairs.set(key, old);
  }
  return pairs;
}

function byPlace({ name: one }: ObjectDiff, { name: other }: ObjectDiff): number {
  const [left, right] = [one, other].map(({ namespace, kind, name, group }) =>
    [namespace, kind, name, group].join(' '),
  );
  return (left ?? '') < (right ?? '') ? -1 : 1;
}
