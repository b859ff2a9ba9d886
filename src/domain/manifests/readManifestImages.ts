import type { RepoPath } from '../workspace/service.ts';
import { readYaml } from '../yaml/readYaml.ts';
import type { WrittenImage } from './effectiveImage.ts';
import { findWorkloadImages } from './findWorkloadImages.ts';
import type { ManifestNotes } from './manifestNotes.ts';
import { type ManifestTree, readYamlOf, type UnreadableFile } from './manifestTree.ts';
import { argoKinds, argoSearchTexts, findArgoWriters, findSourceOverrides } from './otherWriters.ts';

/** Texts of which every manifest with containers, or with a writer of images, contains at least one. */
const containerSearchTexts: readonly string[] = ['ontainers', ...argoSearchTexts];

/** Whether a manifest may have containers, or a writer of images. */
export function mayHaveContainers(content: string): boolean {
  return containsAny(content, containerSearchTexts);
}

export function containsAny(content: string, texts: readonly string[]): boolean {
  return texts.some((text) => content.includes(text));
}

/** The container images of one file. It is parsed only if its text matters; what keeps it from being read is noted. */
export function readManifestImages(
  tree: ManifestTree,
  file: RepoPath,
  content: string | UnreadableFile,
  matters: (content: string) => boolean,
  { notLookedAt, problems, otherWriters }: ManifestNotes,
): readonly WrittenImage[] {
  if (typeof content !== 'string') {
    if (content.why === 'symbolic-link') notLookedAt.push({ what: file, why: 'a symbolic link' });
    else if (content.why === 'submodule') notLookedAt.push({ what: file, why: 'a submodule' });
    else {
      const message = `${file} ${content.why === 'not-utf8' ? 'is not UTF-8 text' : 'is too large'}.`;
      problems.push({
        severity: 'error',
        reason: 'unreadable',
        message,
        at: { file, line: 1, column: 1 },
      });
    }
    return [];
  }
  if (!matters(content)) return [];
  const reading = readYamlOf(tree, file, content);
  for (const problem of reading.problems) {
    if (problem.severity === 'error') problems.push({ ...problem, reason: 'unsafe-yaml' });
  }
  if (containsAny(content, argoKinds))
    for (const document of reading.documents) otherWriters.push(...findArgoWriters(document));
  return reading.documents.flatMap((document) => findWorkloadImages(file, document));
}

/** Notes what the `.argocd-source*.yaml` files of an environment's folder override. */
export function readSourceOverrides(
  tree: ManifestTree,
  folder: RepoPath,
  { otherWriters }: ManifestNotes,
): void {
  for (const { name } of tree.list(folder)) {
    if (!/^\.argocd-source(?:-.*)?\.yaml$/.test(name)) continue;
    const file = folder === '' ? name : `${folder}/${name}`;
    const content = tree.read(file);
    if (typeof content !== 'string') continue;
    for (const document of readYaml(content, file).documents)
      otherWriters.push(...findSourceOverrides(document));
  }
}
