import { positionAt } from '../yaml/yamlDocument.ts';
import { addImageEntry } from './addImageEntry.ts';
import { splitImage } from './applyImageSetting.ts';
import type { KustomizationImage } from './buildKustomization.ts';
import type { ReferencedImage } from './findMeantImages.ts';
import { hold } from './holdImage.ts';
import type { EditResult, WantedImage } from './imageEdit.ts';
import type { ImageEntry, Kustomization } from './kustomization.ts';
import { makeFileEdit } from './makeFileEdit.ts';
import type { ManifestTree } from './manifestTree.ts';
import { setImageEntry } from './setImageEntry.ts';
import type { SpliceResult } from './splice.ts';

/**
 * Changes the environment's own `images:`: the entry that has the last word on the image, or, where none
 * applies, a new one under the name that arrives from the bases.
 */
export function editKustomization(
  tree: ManifestTree,
  kustomization: Kustomization | undefined,
  images: readonly ReferencedImage<KustomizationImage>[],
  wanted: WantedImage,
): EditResult {
  if (!kustomization) {
    return { kind: 'held', hold: hold('broken-kustomization', 'The kustomization cannot be read.') };
  }
  const targets = new Map<string, ImageEntry | undefined>();
  for (const { ownEntries, seen } of images) {
    const repeated = ownEntries.find(({ name }, index) =>
      ownEntries.some((other, at) => at !== index && other.name === name),
    );
    const entry = decidingEntry(ownEntries);
    targets.set(
      repeated ? `repeated ${repeated.name}` : entry ? `${entry.index}` : splitImage(seen).name,
      entry,
    );
  }
  const [target, ...more] = [...targets];
  if (!target || more.length > 0 || target[0].startsWith('repeated ')) {
    const places = images.flatMap(({ ownEntries, written, text }) =>
      (ownEntries.length > 0 ? ownEntries : [written]).map(({ position }) => ({
        position,
        image: text,
        workload: written.workload,
      })),
    );
    return {
      kind: 'held',
      hold: hold('ambiguous', `More than one place of ${kustomization.file} decides on this image.`, {
        next: 'Leave one `images:` entry for it.',
        places,
      }),
    };
  }
  const [name, entry] = target;
  const result = entry
    ? setImageEntry(kustomization.text, entry, wanted)
    : addImageEntry(kustomization, name, wanted);
  if (result.kind === 'refused') return { kind: 'held', hold: holdRefused(kustomization, images, result) };
  const made = makeFileEdit(tree, kustomization.file, kustomization.text, result.splices, result.meant);
  return made.kind === 'held' ? made : { kind: 'edits', edits: [made.edit] };
}

/** The last of the entries that apply to set a version, or else the last of them. */
function decidingEntry(entries: readonly ImageEntry[]): ImageEntry | undefined {
  return (
    entries.findLast(({ newTag, digest }) => newTag !== undefined || digest !== undefined) ?? entries.at(-1)
  );
}

function holdRefused(
  { document }: Kustomization,
  images: readonly ReferencedImage<KustomizationImage>[],
  { reason, offset, message }: Extract<SpliceResult, { kind: 'refused' }>,
) {
  const position = positionAt(document, offset);
  return hold(reason, message, {
    next: 'Write the value out on one line of its own, or change it by hand.',
    places: images.map(({ text, written }) => ({ position, image: text, workload: written.workload })),
  });
}
