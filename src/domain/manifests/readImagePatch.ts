import { isMap, isSeq } from 'yaml';
import type { SourcePosition } from '../errors/problem.ts';
import { entryAt, itemsOf, rootOf, textOf } from '../yaml/readEntries.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { resolveAliases } from '../yaml/resolveAliases.ts';
import type { YamlDocument } from '../yaml/yamlDocument.ts';
import type { WrittenImage } from './effectiveImage.ts';
import { findWorkloadImages, resourcesOf } from './findWorkloadImages.ts';
import type { PatchSource } from './kustomization.ts';

/** One container image that a patch sets, as far as can be told without applying it. */
export interface ImagePatch {
  readonly position: SourcePosition;
  /** The image it sets; undefined when it cannot be told. */
  readonly image?: string;
  /** Whether it may touch this container of a workload known by these names. */
  concerns(written: WrittenImage, names: readonly string[]): boolean;
}

const imagePath = /\/(containers|initContainers)\/(\d+|-)(\/image)?$/;

/** The container images that a patch sets, by strategic merge or by JSON 6902 operations. */
export function readImagePatches(text: string, source: PatchSource): readonly ImagePatch[] {
  if (!text.includes('image') && !text.includes('ontainers')) return [];
  const { documents, problems } = readYaml(text, source.position.file);
  if (problems.some(({ severity }) => severity === 'error')) {
    return [{ position: source.position, concerns: (written, names) => isTarget(source, written, names) }];
  }
  return documents.flatMap((document) =>
    isSeq(document.content.contents) ? readOperations(document, source) : readMerge(document, source),
  );
}

function readMerge(document: YamlDocument, source: PatchSource): readonly ImagePatch[] {
  const aliases = resolveAliases(document);
  const isTargeted = source.target !== undefined;
  const own = resourcesOf(document, aliases).map(({ kind, name }) => ({ kind, name }));
  return findWorkloadImages(document.file, document).map(({ text, workload }) => ({
    position: source.position,
    image: text,
    concerns: (written, names) =>
      written.workload.container === workload.container &&
      (isTargeted
        ? isTarget(source, written, names)
        : own.some(({ kind, name }) => kind === written.workload.kind && names.includes(name))),
  }));
}

function readOperations(document: YamlDocument, source: PatchSource): readonly ImagePatch[] {
  const aliases = resolveAliases(document);
  return itemsOf(rootOf(document.content.contents, aliases), aliases).flatMap((operation): ImagePatch[] => {
    const path = textOf(entryAt(operation, 'path', aliases)?.node) ?? '';
    const value = entryAt(operation, 'value', aliases);
    const image = textOf(value?.node) ?? (value && textOf(entryAt(value, 'image', aliases)?.node));
    const match = imagePath.exec(path);
    if (match) {
      const [, list, index, isImage] = match;
      const verb = textOf(entryAt(operation, 'op', aliases)?.node);
      const isNewContainer = isImage === undefined && verb === 'add';
      return [
        {
          position: source.position,
          ...(image !== undefined && { image }),
          concerns: (written, names) =>
            !isNewContainer &&
            written.path.at(-3) === list &&
            String(written.path.at(-2)) === index &&
            isTarget(source, written, names),
        },
      ];
    }
    // A whole pod template or list of containers is set: which images result is not told from here.
    const mayHold = isMap(value?.node) || isSeq(value?.node);
    if (!mayHold || !/(^$|spec|template|ontainers)$/.test(path)) return [];
    return [{ position: source.position, concerns: (written, names) => isTarget(source, written, names) }];
  });
}

function isTarget({ target }: PatchSource, written: WrittenImage, names: readonly string[]): boolean {
  const matches = (pattern: string | undefined, texts: readonly string[]) => {
    if (pattern === undefined || pattern === '') return true;
    // A pattern with more than a name in it counts as matching: the safe side, and no hostile pattern is run.
    return !/^[A-Za-z0-9.-]+$/.test(pattern) || texts.includes(pattern);
  };
  return matches(target?.kind, [written.workload.kind]) && matches(target?.name, names);
}
