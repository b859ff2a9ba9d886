import { isScalar } from 'yaml';
import type { Problem, SourcePosition } from '../errors/problem.ts';
import { type MeantRepository, matchRepository } from '../images/matchRepository.ts';
import { entriesOf, entryAt, itemsOf, textOf, type YamlValue } from '../yaml/readEntries.ts';
import { type ResolvedAliases, resolveAliases } from '../yaml/resolveAliases.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt, type YamlDocument } from '../yaml/yamlDocument.ts';
import { splitImage } from './applyImageSetting.ts';
import { resourcesOf } from './resourcesOf.ts';

/** A program that sets an image too, after or beside what the manifests say. */
export interface OtherWriter {
  readonly writer: 'Argo CD Image Updater' | 'an Argo CD override' | 'Flux image automation';
  /** Repository it writes; absent when it is a marker on the very line. */
  readonly repository?: string;
  readonly position: SourcePosition;
}

/** Texts of which every file that names an Argo CD writer contains one. */
export const argoSearchTexts = ['argocd-image-updater', 'kind: Application', 'kind: ImageUpdater'] as const;

/** Texts of which every file with an object that `findArgoWriters` looks into contains one. */
export const argoKinds = ['Application', 'ImageUpdater'] as const;

const imageList = 'argocd-image-updater.argoproj.io/image-list';

/** Whether Flux's image automation marks the scalar's line with `{"$imagepolicy": "namespace:name"}`. */
export function hasFluxMarker(node: unknown): boolean {
  return isScalar(node) && /\{\s*"\$imagepolicy"\s*:/.test(node.comment ?? '');
}

/** Images that Argo CD's Image Updater or an Application's own parameters set, from the objects that say so. */
export function findArgoWriters(document: YamlDocument): readonly OtherWriter[] {
  const aliases = resolveAliases(document);
  return resourcesOf(document, aliases).flatMap(({ value, kind }): readonly OtherWriter[] => {
    if (kind !== 'Application' && kind !== 'ApplicationSet' && kind !== 'ImageUpdater') return [];
    return findWriters(document, value, aliases);
  });
}

/** The same from a `.argocd-source*.yaml` file, which Argo CD merges over the Application's source. */
export function findSourceOverrides(document: YamlDocument): readonly OtherWriter[] {
  const aliases = resolveAliases(document);
  return findWriters(document, { node: document.content.contents, path: [], shared: false }, aliases);
}

/** Warnings for the writers that concern an image. */
export function warnOfWriters(writers: readonly OtherWriter[], meant: MeantRepository): readonly Problem[] {
  return writers.flatMap(({ writer, repository, position }) => {
    if (repository !== undefined && matchRepository(repository, meant) === 'none') return [];
    const effect =
      writer === 'an Argo CD override' ? 'takes precedence over this change' : 'may overwrite this change';
    const message = `${capitalise(writer)} sets this image too and ${effect}.`;
    return [{ severity: 'warning' as const, message, at: position }];
  });
}

function findWriters(
  document: YamlDocument,
  value: YamlValue,
  aliases: ResolvedAliases,
): readonly OtherWriter[] {
  const writer = (name: OtherWriter['writer'], text: string, node: unknown): OtherWriter[] =>
    text.split(',').flatMap((item) => {
      // `alias=repository:constraint` to the Image Updater, `name=repository:tag` to Argo CD.
      const repository = splitImage(item.split('=').at(-1)?.trim() ?? '').name;
      const position = positionAt(document, startOf(node) ?? 0);
      return repository === '' ? [] : [{ writer: name, repository, position }];
    });

  return entriesOf(value, aliases).flatMap((entry): readonly OtherWriter[] => {
    const text = textOf(entry.node);
    if (entry.key === imageList && text !== undefined)
      return writer('Argo CD Image Updater', text, entry.node);
    if (entry.key === 'imageName' && text !== undefined)
      return writer('Argo CD Image Updater', text, entry.node);
    const images = entry.key === 'kustomize' ? entryAt(entry, 'images', aliases) : undefined;
    const overrides = images ? itemsOf(images, aliases) : [];
    return [
      ...overrides.flatMap(({ node }) => writer('an Argo CD override', textOf(node) ?? '', node)),
      ...findWriters(document, entry, aliases),
      ...itemsOf(entry, aliases).flatMap((item) => findWriters(document, item, aliases)),
    ];
  });
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
