import type { SourcePosition } from '../errors/problem.ts';
import { applyImageSetting, matchesImage } from './applyImageSetting.ts';
import type { ImageSetting, WrittenImage } from './effectiveImage.ts';
import type { ImageEntry, Kustomization } from './kustomization.ts';
import { hasFluxMarker } from './otherWriters.ts';

/** A container's image on its way up through kustomizations. */
export interface TracedImage {
  readonly written: WrittenImage;
  /** The image so far. */
  text: string;
  /** The image as the last kustomization's own entries found it, and which of them applied. */
  seen: string;
  ownEntries: readonly ImageEntry[];
  readonly settings: ImageSetting[];
  /** Patches and entries that set, or may set, the image in a way that is not followed. */
  readonly unclear: SourcePosition[];
  /** Every name the workload has had so far, any of which a patch may use. */
  readonly names: string[];
}

export function trace(written: WrittenImage): TracedImage {
  const { text, workload } = written;
  return { written, text, seen: text, ownEntries: [], settings: [], unclear: [], names: [workload.name] };
}

/** Applies a kustomization's name prefix and suffix and then its `images:` entries, one after the other. */
export function applyOwnEntries(
  image: TracedImage,
  { file, images, namePrefix, nameSuffix }: Kustomization,
): void {
  if (namePrefix !== '' || nameSuffix !== '') {
    image.names.push(`${namePrefix}${image.names.at(-1) ?? ''}${nameSuffix}`);
  }
  image.seen = image.text;
  const applied: ImageEntry[] = [];
  for (const entry of images) {
    const matches = matchesImage(image.text, entry.pattern);
    if (matches === 'unknown') image.unclear.push(entry.position);
    if (matches !== true) continue;
    image.text = applyImageSetting(image.text, entry);
    applied.push(entry);
    const { index, name, newName, newTag, digest, position } = entry;
    image.settings.push({
      file,
      index,
      name,
      position,
      isMarked: [...entry.keys.values()].some(({ node }) => hasFluxMarker(node)),
      ...(newName !== undefined && { newName }),
      ...(newTag !== undefined && { newTag }),
      ...(digest !== undefined && { digest }),
    });
  }
  image.ownEntries = applied;
}
