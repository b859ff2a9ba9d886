import { formatImageReference } from '../images/imageReference.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { EffectiveImage } from './effectiveImage.ts';
import type { ReferencedImage } from './findMeantImages.ts';
import { hold, placeOf } from './holdImage.ts';
import type { EditResult, FileEdit, WantedImage } from './imageEdit.ts';
import { makeFileEdit } from './makeFileEdit.ts';
import type { ManifestTree } from './manifestTree.ts';
import { replaceScalar } from './replaceScalar.ts';
import type { MeantValue, Splice } from './splice.ts';

/** Replaces the `image:` scalars of raw manifests. */
export function editManifests(
  tree: ManifestTree,
  images: readonly ReferencedImage<EffectiveImage>[],
  { tag, digest }: WantedImage,
): EditResult {
  const files = new Map<RepoPath, { splices: Splice[]; meant: MeantValue[] }>();
  for (const image of images) {
    const { written, reference } = image;
    const value = formatImageReference({ repository: reference.repository, tag, digest });
    const replaced = replaceScalar(written, value);
    if (replaced.kind === 'refused') {
      return {
        kind: 'held',
        hold: hold(replaced.reason, replaced.message, {
          next: 'Write the image out on one line of its own, or change it by hand.',
          places: [placeOf(image)],
        }),
      };
    }
    const file = files.get(written.file) ?? { splices: [], meant: [] };
    files.set(written.file, file);
    file.splices.push(replaced.splice);
    file.meant.push({ document: written.document.index, path: written.path, value });
  }
  const edits: FileEdit[] = [];
  for (const [path, { splices, meant }] of files) {
    const text = tree.read(path);
    const made = makeFileEdit(tree, path, typeof text === 'string' ? text : '', splices, meant);
    if (made.kind === 'held') return made;
    edits.push(made.edit);
  }
  return { kind: 'edits', edits };
}
