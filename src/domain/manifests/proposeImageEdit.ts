import type { Problem } from '../errors/problem.ts';
import { isDigest, isRepository, isTag } from '../images/imageReference.ts';
import { searchTextsOf } from '../images/matchRepository.ts';
import {
  buildKustomization,
  type KustomizationImage,
  type KustomizationImages,
} from './buildKustomization.ts';
import { detectManifestStyle } from './detectManifestStyle.ts';
import { editKustomization } from './editKustomization.ts';
import { editManifests } from './editManifests.ts';
import type { EffectiveImage, EffectiveImages } from './effectiveImage.ts';
import { findMeantImages, isUnchanged, type ReferencedImage } from './findMeantImages.ts';
import { hold, placeOf } from './holdImage.ts';
import type { EditResult, FileEdit, ImageEdit, ImageHold, WantedImage } from './imageEdit.ts';
import { type ManifestTree, replaceFiles } from './manifestTree.ts';
import { mayNameImage } from './mayNameImage.ts';
import { hasFluxMarker, type OtherWriter, warnOfWriters } from './otherWriters.ts';
import type { ManifestFolder } from './readEffectiveImages.ts';
import { readManifestFolder } from './readManifestFolder.ts';

/**
 * The smallest change of an environment's files that makes it run an image by tag and digest, or why none
 * is proposed. The change touches image lines only; it is read back, and refused unless exactly the meant
 * values differ and exactly the meant containers run the new image.
 */
export function proposeImageEdit(
  tree: ManifestTree,
  { path, style }: ManifestFolder,
  wanted: WantedImage,
): ImageEdit {
  if (!isTag(wanted.tag) || !isDigest(wanted.digest) || !isRepository(wanted.repository)) {
    const text = `${wanted.repository}:${wanted.tag}@${wanted.digest}`;
    return stop(hold('invalid-reference', `"${text}" is not an image with tag and digest.`));
  }
  switch (style ?? detectManifestStyle(tree, path)) {
    case 'kustomize': {
      const options = { manifests: new Map(), searchTexts: searchTextsOf(wanted) };
      return propose<KustomizationImage, KustomizationImages>(tree, wanted, {
        read: (files) => buildKustomization(files, path, options),
        list: () =>
          buildKustomization(tree, path, { mostManifests: mostListed * 10 }).images.slice(0, mostListed),
        edit: ({ kustomization }, images) => editKustomization(tree, kustomization, images, wanted),
      });
    }
    case 'manifests': {
      const names = searchTextsOf(wanted);
      return propose(tree, wanted, {
        read: (files) => readManifestFolder(files, path, (content) => mayNameImage(content, names)),
        list: () => readManifestFolder(tree, path, undefined, mostListed).images,
        edit: (_found, images) => editManifests(tree, images, wanted),
      });
    }
    case 'helm':
      return stop(hold('unsupported-style', `${path} is a Helm chart; charts are not edited yet.`));
    default:
      return stop(
        hold('unsupported-style', `There are no manifests in ${path || 'the root folder'}.`, {
          next: "Correct the environment's `path` in towline.yaml; what is meant is that folder of the branch.",
        }),
      );
  }
}

/** Images that are named to a user whose image is not found. */
const mostListed = 20;

interface StyleEditor<
  Image extends EffectiveImage,
  Found extends EffectiveImages & { images: readonly Image[] },
> {
  /** All images that may be meant. */
  read(tree: ManifestTree): Found;
  /** Some of all images, to tell the user what there is. */
  list(): readonly EffectiveImage[];
  edit(found: Found, images: readonly ReferencedImage<Image>[]): EditResult;
}

function propose<Image extends EffectiveImage, Found extends EffectiveImages & { images: readonly Image[] }>(
  tree: ManifestTree,
  wanted: WantedImage,
  { read, list, edit }: StyleEditor<Image, Found>,
): ImageEdit {
  const found = read(tree);
  const meant = findMeantImages<Image>(found, wanted);
  const notes = { notLookedAt: found.notLookedAt, warnings: [] };
  if (meant.kind === 'held') return { kind: 'held', hold: withImages(meant.hold, list), ...notes };
  const { images, before, others } = meant;
  const warnings = warnOf(images, others, found.otherWriters, wanted);
  const places = images.map(placeOf);
  if (isUnchanged(before, wanted)) {
    const message = `The environment runs ${wanted.tag}@${wanted.digest} already.`;
    return { ...stop(hold('unchanged', message, { places })), ...notes, warnings };
  }
  const edited = edit(found, images);
  if (edited.kind === 'held') return { ...edited, ...notes, warnings };
  const failure = checkEffect(
    found.images,
    read(replaceFiles(tree, contentsOf(edited.edits))).images,
    images,
    wanted,
  );
  if (failure !== undefined) {
    return { ...stop(hold('edit-check-failed', failure, { places })), ...notes, warnings };
  }
  const after = { ...before, tag: wanted.tag, digest: wanted.digest };
  return { kind: 'edit', edits: edited.edits, before, after, places, ...notes, warnings };
}

/** Adds the images there are to a hold that says that the meant one is not among them. */
function withImages(imageHold: ImageHold, list: () => readonly EffectiveImage[]): ImageHold {
  if (imageHold.reason !== 'image-not-found') return imageHold;
  return { ...imageHold, images: [...new Set(list().map(({ text }) => text))] };
}

/** What is wrong when the edited files do not put exactly the wanted image into effect where it is meant. */
function checkEffect(
  before: readonly EffectiveImage[],
  after: readonly EffectiveImage[],
  meant: readonly EffectiveImage[],
  { tag, digest }: WantedImage,
): string | undefined {
  if (before.length !== after.length) return 'The edit would change how many images there are.';
  for (const [index, image] of before.entries()) {
    const isMeant = meant.includes(image);
    const expected = isMeant ? `${image.reference?.repository}:${tag}@${digest}` : image.text;
    const text = after[index]?.text;
    if (text === expected) continue;
    const { kind, name, container } = image.written.workload;
    return isMeant
      ? `The edit would leave ${kind} ${name}, container ${container}, at ${text}.`
      : `The edit would also change ${kind} ${name}, container ${container}, to ${text}.`;
  }
  return undefined;
}

function warnOf(
  images: readonly EffectiveImage[],
  others: readonly EffectiveImage[],
  writers: readonly OtherWriter[],
  wanted: WantedImage,
): readonly Problem[] {
  const marked = new Map<string, OtherWriter>();
  for (const { written, settings } of images) {
    const positions = [
      ...(hasFluxMarker(written.node) ? [written.position] : []),
      ...settings.filter(({ isMarked }) => isMarked).map(({ position }) => position),
    ];
    for (const position of positions) {
      marked.set(`${position.file}:${position.line}`, { writer: 'Flux image automation', position });
    }
  }
  return [
    ...warnOfWriters([...marked.values(), ...writers], wanted),
    ...others.map(({ text, written }) => ({
      severity: 'warning' as const,
      message: `${text} has the same name and is left as it is.`,
      at: written.position,
    })),
  ];
}

function contentsOf(edits: readonly FileEdit[]): ReadonlyMap<string, string> {
  return new Map(edits.map(({ path, after }) => [path, after]));
}

function stop(imageHold: ImageHold): Extract<ImageEdit, { kind: 'held' }> {
  return { kind: 'held', hold: imageHold, warnings: [], notLookedAt: [] };
}
