import { parseImageReference } from '../images/imageReference.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { EffectiveImage, EffectiveImages } from './effectiveImage.ts';
import { kustomizationNames } from './kustomization.ts';
import { notes } from './manifestNotes.ts';
import type { ManifestTree } from './manifestTree.ts';
import { mayHaveContainers, readManifestImages, readSourceOverrides } from './readManifestImages.ts';

const manifestName = /\.ya?ml$/i;
const passedOver = new Set<string>(['node_modules', ...kustomizationNames]);

/**
 * The images of all raw manifests below a folder. Folders within it that are charts or kustomizations of
 * their own are named instead of being read, as what they put into effect is not what their files say.
 *
 * @param matters tells by a file's text whether it is parsed
 * @param atMost reading stops when there are so many images
 */
export function readManifestFolder(
  tree: ManifestTree,
  folder: RepoPath,
  matters: (content: string) => boolean = mayHaveContainers,
  atMost = Number.POSITIVE_INFINITY,
): EffectiveImages {
  const images: EffectiveImage[] = [];
  const noted = notes();
  const { notLookedAt, problems, otherWriters } = noted;
  readSourceOverrides(tree, folder, noted);
  const pending: RepoPath[] = [folder];
  for (let path = pending.pop(); path !== undefined && images.length < atMost; path = pending.pop()) {
    const entries = tree.list(path);
    const names = new Set(entries.map(({ name }) => name));
    if (path !== folder && kustomizationNames.some((name) => names.has(name))) {
      notLookedAt.push({ what: path, why: 'a kustomization of its own' });
      continue;
    }
    if (names.has('Chart.yaml')) {
      notLookedAt.push({ what: path, why: 'a chart' });
      continue;
    }
    for (const { name, kind } of entries) {
      if (name.startsWith('.') || passedOver.has(name)) continue;
      const child = path === '' ? name : `${path}/${name}`;
      if (kind === 'folder') pending.push(child);
      if (kind !== 'file' || !manifestName.test(name) || images.length >= atMost) continue;
      const content = tree.read(child) ?? '';
      for (const written of readManifestImages(tree, child, content, matters, noted)) {
        const reference = parseImageReference(written.text);
        const { text } = written;
        images.push({ text, ...(reference && { reference }), written, settings: [], unclear: [] });
      }
    }
  }
  return { images, notLookedAt, problems, otherWriters };
}
