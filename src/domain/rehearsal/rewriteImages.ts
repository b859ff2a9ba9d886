import type { ClusterObject } from '../kubernetes/clusterObject.ts';
import { type Fields, fieldsOf, listOf, textOf } from '../kubernetes/objectFields.ts';
import { podSpecOf, withPodSpec } from '../kubernetes/podSpec.ts';

const containerLists = ['initContainers', 'containers'] as const;

/** Images that objects name, each once, in their order. */
export function imagesOf(objects: readonly ClusterObject[]): readonly string[] {
  const images = objects.flatMap((object) => {
    const spec = podSpecOf(object) ?? {};
    return containerLists.flatMap((list) => listOf(spec[list]).flatMap(({ image }) => textOf(image) ?? []));
  });
  return [...new Set(images)];
}

/** The object with images under the names by which the cluster's nodes get them. */
export function rewriteImages(object: ClusterObject, images: ReadonlyMap<string, string>): ClusterObject {
  if (!imagesOf([object]).some((image) => images.has(image))) return object;
  const rename = (container: Fields): Fields => {
    const image = images.get(textOf(container.image) ?? '');
    return image === undefined ? container : { ...container, image };
  };
  return withPodSpec(object, (spec) => {
    const changed = containerLists.flatMap((list) => {
      const containers = spec[list];
      return Array.isArray(containers) ? [[list, containers.map(fieldsOf).map(rename)]] : [];
    });
    return { ...spec, ...Object.fromEntries(changed) };
  });
}
