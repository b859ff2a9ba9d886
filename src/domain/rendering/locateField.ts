import { isSameValue } from '../../base/isSameValue.ts';
import type { SourcePosition } from '../errors/problem.ts';
import { type FieldPath, readField } from '../kubernetes/fieldPath.ts';
import { buildKustomization } from '../manifests/buildKustomization.ts';
import type { ImageSetting } from '../manifests/effectiveImage.ts';
import { readKustomization } from '../manifests/kustomization.ts';
import { createManifestTree, type ManifestTree } from '../manifests/manifestTree.ts';
import { startOf } from '../yaml/startOf.ts';
import { positionAt } from '../yaml/yamlDocument.ts';
import { findKustomizedObject, type KustomizedObject } from './findKustomizedObject.ts';
import type { RenderedObject, Rendering } from './rendering.ts';
import { readWrittenObjects } from './writtenObjects.ts';

/**
 * The line that gives a rendered object the first of these fields whose line is certain; that of the object where none
 * is; undefined where even that is not, as with charts.
 *
 * @param fields narrowest first
 */
export function locateField(
  rendering: Rendering,
  { object, at }: RenderedObject,
  fields: readonly FieldPath[],
): SourcePosition | undefined {
  const { kind, metadata } = object;
  const { name, namespace } = metadata;
  if (rendering.renderer === 'files') {
    const text = at && rendering.texts.get(at.file);
    if (!at || text === undefined) return at;
    const written = readWrittenObjects(at.file, text, kind).find(
      (each) =>
        each.start.line === at.line &&
        each.kind === kind &&
        each.name === name &&
        each.namespace === namespace,
    );
    const found = fields.map((field) => written?.find(field)).find(Boolean);
    return found?.at ?? written?.at ?? at;
  }
  const { tree } = createManifestTree(rendering.texts.keys(), rendering.texts);
  const found = findKustomizedObject(tree, rendering.folder, { kind, name, namespace });
  if (!found) return undefined;
  const places = fields.map((field) =>
    locateIn(tree, rendering, found, field, readField(object, field)?.value),
  );
  return places.find(Boolean) ?? found.object.at;
}

function locateIn(
  tree: ManifestTree,
  { folder }: Rendering,
  found: KustomizedObject,
  field: FieldPath,
  value: unknown,
): SourcePosition | undefined {
  const image = field.at(-1) === 'image' ? locateImage(tree, folder, found, field, value) : undefined;
  if (image) return image;
  const inObject = found.object.find(field);
  const inPatches = found.patches.flatMap((patch) => patch.find(field) ?? []);
  // An item of a list is where it is written, whatever patches do to it.
  if (typeof field.at(-1) === 'object') return inObject?.at ?? only(inPatches)?.at;
  // The last one that sets it decides; what nobody here sets to this value comes from elsewhere.
  return [inObject, ...inPatches].findLast((each) => each && isSameValue(each.value, value))?.at;
}

function only<T>(values: readonly T[]): T | undefined {
  return values.length === 1 ? values[0] : undefined;
}

/** The image's own line, or the `images:` entry that decided on it. */
function locateImage(
  tree: ManifestTree,
  folder: string,
  { object }: KustomizedObject,
  field: FieldPath,
  value: unknown,
): SourcePosition | undefined {
  const written = object.find(field);
  if (!written || typeof written.value !== 'string') return undefined;
  const { file, line } = written.at;
  const places = buildKustomization(tree, folder, { searchTexts: [written.value] })
    .images.filter(
      (image) =>
        image.unclear.length === 0 &&
        image.text === value &&
        image.written.file === file &&
        image.written.position.line === line,
    )
    .map(({ settings }) => {
      const deciding =
        settings.findLast(({ digest, newTag }) => digest !== undefined || newTag !== undefined) ??
        settings.at(-1);
      return deciding ? locateSetting(tree, deciding) : written.at;
    });
  const [first] = places;
  return places.every((place) => isSameValue(place, first)) ? first : undefined;
}

/** Of an entry with a digest that line alone decides; then the tag's. */
function locateSetting(tree: ManifestTree, { file, index, position }: ImageSetting): SourcePosition {
  const folder = file.slice(0, Math.max(file.lastIndexOf('/'), 0));
  const reading = readKustomization(tree, folder);
  if (reading.kind !== 'kustomization') return position;
  const keys = reading.kustomization.images[index]?.keys;
  const entry = ['digest', 'newTag', 'newName'].map((key) => keys?.get(key)).find(Boolean);
  const offset = startOf(entry?.pair.key);
  return offset === undefined ? position : positionAt(reading.kustomization.document, offset);
}
