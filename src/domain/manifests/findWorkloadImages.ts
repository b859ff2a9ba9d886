import type { RepoPath } from '../workspace/service.ts';
import { entriesOf, entryAt, itemsOf, textOf, type YamlValue } from '../yaml/readEntries.ts';
import { resolveAliases } from '../yaml/resolveAliases.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt, type YamlDocument } from '../yaml/yamlDocument.ts';
import type { ImageWorkload, WrittenImage } from './effectiveImage.ts';
import { resourcesOf } from './resourcesOf.ts';

const containerLists = new Set(['containers', 'initContainers']);
/** Kinds whose `containers` are not what runs: kustomize leaves out the first too. */
const passedOver = new Set(['CustomResourceDefinition', 'Kustomization', 'Component']);

/**
 * The images of all containers in a document, by kustomize's own rule: items of any list called
 * `containers` or `initContainers`, at any depth and in any kind, so that CronJobs and custom workloads
 * such as Argo's Rollout are seen. Kinds that end in `List` are read as their items.
 */
export function findWorkloadImages(file: RepoPath, document: YamlDocument): readonly WrittenImage[] {
  const aliases = resolveAliases(document);
  const found: WrittenImage[] = [];

  const collect = (value: YamlValue, workload: Omit<ImageWorkload, 'container'>) => {
    for (const entry of entriesOf(value, aliases)) {
      if (containerLists.has(entry.key)) {
        for (const item of itemsOf(entry, aliases)) collectContainer(item, workload);
      }
      collect(entry, workload);
    }
    for (const item of itemsOf(value, aliases)) collect(item, workload);
  };

  const collectContainer = (container: YamlValue, workload: Omit<ImageWorkload, 'container'>) => {
    const image = entryAt(container, 'image', aliases);
    const text = textOf(image?.node);
    if (image === undefined || text === undefined) return;
    const name = textOf(entryAt(container, 'name', aliases)?.node) ?? `#${container.path.at(-1)}`;
    found.push({
      file,
      document,
      path: image.path,
      node: image.node,
      text,
      position: positionAt(document, startOf(image.node) ?? 0),
      shared: image.shared,
      workload: { ...workload, container: name },
    });
  };

  for (const { value, kind, name } of resourcesOf(document, aliases)) {
    if (!passedOver.has(kind)) collect(value, { kind, name });
  }
  return found;
}
