import { isMap, isSeq } from 'yaml';
import type { SourcePosition } from '../errors/problem.ts';
import { entryAt, itemsOf, rootOf, textOf, type YamlValue } from '../yaml/readEntries.ts';
import { readYaml } from '../yaml/readYaml.ts';
import { type ResolvedAliases, resolveAliases } from '../yaml/resolveAliases.ts';
import type { YamlDocument } from '../yaml/yamlDocument.ts';
import type { WrittenImage } from './effectiveImage.ts';
import { findWorkloadImages } from './findWorkloadImages.ts';
import { resourcesOf } from './resourcesOf.ts';

/** What a patch does to a container image, as far as can be told without applying it. */
export interface ImagePatch {
  readonly position: SourcePosition;
  /** Whether it sets the image, or takes the whole workload away. */
  readonly effect: 'sets' | 'removes';
  /** The image it sets; undefined when it cannot be told. */
  readonly image?: string;
  /** Whether it may touch this container of a workload known by these names. */
  concerns(written: WrittenImage, names: readonly string[]): boolean;
}

/** A patch: in a file of its own, or written into the kustomization. */
export interface PatchSource {
  readonly position: SourcePosition;
  readonly file?: string;
  readonly inline?: string;
  readonly target?: PatchTarget;
}

/** As `target:` and `select:` have it: regular expressions, anchored. */
export interface PatchTarget {
  readonly kind?: string;
  readonly name?: string;
}

const imagePath = /\/(containers|initContainers)\/(\d+|-)(\/image)?$/;
const podPath = /(?:^|\/(?:spec|template|containers|initContainers))$/;

/** What a patch does to container images, by strategic merge or by JSON 6902 operations. */
export function readImagePatches(text: string, source: PatchSource): readonly ImagePatch[] {
  const { documents, problems } = readYaml(text, source.position.file);
  if (problems.some(({ severity }) => severity === 'error')) {
    return [{ position: source.position, effect: 'sets', concerns: isTargetOf(source.target) }];
  }
  return documents.flatMap((document) =>
    isSeq(document.content.contents) ? readOperations(document, source) : readMerge(document, source),
  );
}

export function readTarget(value: YamlValue | undefined, aliases: ResolvedAliases): { target?: PatchTarget } {
  if (value === undefined) return {};
  const kind = textOf(entryAt(value, 'kind', aliases)?.node);
  const name = textOf(entryAt(value, 'name', aliases)?.node);
  return { target: { ...(kind !== undefined && { kind }), ...(name !== undefined && { name }) } };
}

/** Whether a target selects a container's workload; a pattern counts as matching, and is never run. */
export function isTargetOf(target: PatchTarget | undefined): ImagePatch['concerns'] {
  const matches = (pattern: string | undefined, texts: readonly string[]) =>
    !pattern || !/^[A-Za-z0-9.-]+$/.test(pattern) || texts.includes(pattern);
  return ({ workload }, names) => matches(target?.kind, [workload.kind]) && matches(target?.name, names);
}

function readMerge(document: YamlDocument, { position, target }: PatchSource): readonly ImagePatch[] {
  const aliases = resolveAliases(document);
  const resources = resourcesOf(document, aliases);
  const isOwnTarget: ImagePatch['concerns'] = ({ workload }, names) =>
    resources.some(({ kind, name }) => kind === workload.kind && names.includes(name));
  const isTarget = target === undefined ? isOwnTarget : isTargetOf(target);
  const deletes = resources.some(({ value }) => textOf(entryAt(value, '$patch', aliases)?.node) === 'delete');
  if (deletes) return [{ position, effect: 'removes', concerns: isTarget }];
  return findWorkloadImages(document.file, document).map(({ text, workload }) => ({
    position,
    effect: 'sets',
    image: text,
    concerns: (written, names) =>
      written.workload.container === workload.container && isTarget(written, names),
  }));
}

function readOperations(document: YamlDocument, { position, target }: PatchSource): readonly ImagePatch[] {
  const aliases = resolveAliases(document);
  const isTarget = isTargetOf(target);
  return itemsOf(rootOf(document.content.contents, aliases), aliases).flatMap((operation): ImagePatch[] => {
    const path = textOf(entryAt(operation, 'path', aliases)?.node) ?? '';
    const verb = textOf(entryAt(operation, 'op', aliases)?.node);
    const value = entryAt(operation, 'value', aliases);
    const [, list, index, isImage] = imagePath.exec(path) ?? [];
    if (list !== undefined) {
      const image = textOf(isImage ? value?.node : value && entryAt(value, 'image', aliases)?.node);
      // A container that is added moves others, but sets the image of none.
      const isAdded = isImage === undefined && verb === 'add';
      const concerns: ImagePatch['concerns'] = (written, names) =>
        !isAdded &&
        written.path.at(-3) === list &&
        String(written.path.at(-2)) === index &&
        isTarget(written, names);
      return [{ position, effect: 'sets', ...(image !== undefined && { image }), concerns }];
    }
    // A pod template, or a list of containers, is set as a whole: which images result is not told here.
    const setsMany = (isMap(value?.node) || isSeq(value?.node)) && podPath.test(path);
    return setsMany ? [{ position, effect: 'sets', concerns: isTarget }] : [];
  });
}
