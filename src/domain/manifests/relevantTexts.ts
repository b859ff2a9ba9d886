import type { RepoPath } from '../workspace/service.ts';
import type { Kustomization } from './kustomization.ts';

/** Shorter pieces of a name are in nearly every manifest, so that nothing is gained by looking for them. */
const shortestPiece = 3;

/**
 * Texts of which every manifest contains one that any `images:` entry of these kustomizations can apply to,
 * beside those given: the longest piece of each entry's name that has no pattern in it. A single empty text
 * when some name has no such piece.
 *
 * @param foldersOf the folders that a kustomization includes
 */
export function relevantTexts(
  folder: RepoPath,
  given: readonly string[],
  read: (folder: RepoPath) => Kustomization | undefined,
  foldersOf: (kustomization: Kustomization) => readonly RepoPath[],
): readonly string[] {
  const texts = new Set(given);
  const seen = new Set([folder]);
  // A set yields what is added to it while it is walked.
  for (const path of seen) {
    const kustomization = read(path);
    if (!kustomization) continue;
    for (const { name } of kustomization.images) texts.add(longestPieceOf(name));
    for (const included of foldersOf(kustomization)) seen.add(included);
  }
  return [...texts].some((text) => text.length < shortestPiece) ? [''] : [...texts];
}

function longestPieceOf(name: string): string {
  const pieces = name.split(/[^A-Za-z0-9_\-/:@]+/);
  return pieces.reduce((longest, piece) => (piece.length > longest.length ? piece : longest), '');
}
