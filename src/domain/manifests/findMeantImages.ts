import { formatImageReference, type ImageReference } from '../images/imageReference.ts';
import { matchRepository, searchTextsOf } from '../images/matchRepository.ts';
import { splitImage } from './applyImageSetting.ts';
import type { EffectiveImage, EffectiveImages } from './effectiveImage.ts';
import { hold, placeOf } from './holdImage.ts';
import type { ImageHold, WantedImage } from './imageEdit.ts';

/** An image in effect whose text is a reference. */
export type ReferencedImage<Image extends EffectiveImage> = Image & { readonly reference: ImageReference };

export type MeantImages<Image extends EffectiveImage> =
  | {
      readonly kind: 'meant';
      /** At least one; all run `before`. */
      readonly images: readonly ReferencedImage<Image>[];
      readonly before: ImageReference;
      /** Images of the same name in other repositories, which stay as they are. */
      readonly others: readonly EffectiveImage[];
    }
  | { readonly kind: 'held'; readonly hold: ImageHold };

/** Finds the containers that run the pushed image, or says why it is not certain which those are. */
export function findMeantImages<Image extends EffectiveImage>(
  {
    images,
    problems,
    patched = [],
  }: EffectiveImages & {
    readonly images: readonly Image[];
    readonly patched?: readonly {
      readonly image: string;
      readonly position: ImageHold['places'][number]['position'];
    }[];
  },
  wanted: WantedImage,
): MeantImages<Image> {
  const [problem] = problems;
  if (problem) return held(hold(problem.reason, problem.message, { problems }));

  const exact = images.filter(
    (image): image is ReferencedImage<Image> =>
      image.reference !== undefined && matchRepository(image.reference.repository, wanted) === 'exact',
  );
  const exactOnes = new Set<EffectiveImage>(exact);
  const others = images.filter((image) => !exactOnes.has(image) && isNamed(image, wanted));
  const loosePatches = patched.filter(
    ({ image }) => matchRepository(splitImage(image).name, wanted) !== 'none',
  );
  const [first] = exact;
  if (first === undefined) return held(holdWithoutExact(others, loosePatches, wanted));

  const unclear = exact.flatMap(({ unclear, text, written }) =>
    unclear.map((position) => ({ position, image: text, workload: written.workload })),
  );
  if (unclear.length > 0 || loosePatches.length > 0) {
    return held(
      hold('ambiguous', 'A patch, or an entry whose name is a pattern, may set this image too.', {
        next: 'Leave the image to one `images:` entry of the environment, and take it out of the patch.',
        places: [...unclear, ...loosePatches],
      }),
    );
  }
  const before = first.reference;
  const isSame = ({ reference }: ReferencedImage<Image>) =>
    reference.tag === before.tag && reference.digest === before.digest;
  if (!exact.every(isSame)) {
    return held(
      hold('ambiguous', 'Containers of this environment run different versions of the image.', {
        next: 'Give them one version by hand once, or put them into environments of their own.',
        places: exact.map(placeOf),
      }),
    );
  }
  return { kind: 'meant', images: exact, before, others };
}

function holdWithoutExact(
  named: readonly EffectiveImage[],
  patches: readonly { readonly image: string; readonly position: ImageHold['places'][number]['position'] }[],
  wanted: WantedImage,
): ImageHold {
  const templated = named.filter(({ reference }) => reference === undefined);
  const [template] = templated;
  if (template) {
    return hold('templated', `"${template.text}" is filled in by something else than the manifests.`, {
      next: 'Write the image out, or let the tool that fills it in set it.',
      places: templated.map(placeOf),
    });
  }
  if (named.length > 0) return holdOtherRepository(named, wanted);
  if (patches.length > 0) {
    return hold('ambiguous', 'Only a patch names this image, in manifests that are not looked at.', {
      places: patches,
    });
  }
  return hold('image-not-found', `No manifest of this environment names ${wanted.matches}.`, {
    next: `Correct the environment's path, or set the service's \`image\` in towline.yaml to an image there is.`,
  });
}

function holdOtherRepository(named: readonly EffectiveImage[], { repository }: WantedImage): ImageHold {
  const [first] = named;
  const runs = first?.reference?.repository ?? '';
  const naming = first?.settings.findLast(({ newName }) => newName !== undefined);
  const entry = first?.settings.at(-1);
  const written = first?.written.position;
  const change = naming
    ? `Set newName at ${naming.position.file}:${naming.position.line} to ${repository}`
    : entry
      ? `Add newName: ${repository} to the entry at ${entry.position.file}:${entry.position.line}`
      : `Change the image at ${written?.file}:${written?.line} to ${repository}`;
  return hold('other-repository', `The environment runs ${runs}, but ${repository} was pushed.`, {
    next: `${change}, or set \`registry\` or the service's \`image\` in towline.yaml so that it is pushed to ${runs}.`,
    places: named.map((image) => {
      const last = image.settings.findLast(({ newName }) => newName !== undefined);
      return { ...placeOf(image), ...(last && { position: last.position }) };
    }),
  });
}

/** Whether an image has the name of the meant one, as it is in effect or as it was written. */
function isNamed({ reference, text, written }: EffectiveImage, wanted: WantedImage): boolean {
  if (reference === undefined) return searchTextsOf(wanted).some((search) => text.includes(search));
  return [reference.repository, splitImage(written.text).name].some(
    (repository) => matchRepository(repository, wanted) !== 'none',
  );
}

function held(imageHold: ImageHold): { kind: 'held'; hold: ImageHold } {
  return { kind: 'held', hold: imageHold };
}

/** Whether the environment runs the wanted image already. */
export function isUnchanged(before: ImageReference, { tag, digest }: WantedImage): boolean {
  return formatImageReference(before) === formatImageReference({ ...before, tag, digest });
}
