import type { Problem } from '../errors/problem.ts';
import { kustomizationNames } from '../manifests/kustomization.ts';
import type { ManifestTree } from '../manifests/manifestTree.ts';
import type { RepoPath } from '../workspace/service.ts';
import { readObjects } from './readObjects.ts';
import type { RenderedObject, Rendering } from './rendering.ts';

const manifestName = /\.(?:ya?ml|json)$/i;

/** The objects of all plain manifests below a folder; charts and kustomizations within it are named and passed over. */
export function readPlainFolder(
  tree: ManifestTree,
  folder: RepoPath,
): Pick<Rendering, 'objects' | 'problems' | 'texts'> {
  const texts = new Map<RepoPath, string>();
  const objects: RenderedObject[] = [];
  const problems: Problem[] = [];
  const warn = (file: RepoPath, message: string): void => {
    problems.push({ severity: 'warning', message, at: { file, line: 1, column: 1 } });
  };

  const readFile = (file: RepoPath): void => {
    const content = tree.read(file);
    if (content === undefined) return;
    if (typeof content !== 'string') {
      warn(file, `${file} is passed over: ${content.why}.`);
      return;
    }
    texts.set(file, content);
    const reading = readObjects(content, file);
    objects.push(...reading.objects);
    problems.push(...reading.problems);
  };

  const readFolder = (at: RepoPath): void => {
    const entries = tree.list(at);
    const other = entries.find(
      ({ name }) => name === 'Chart.yaml' || kustomizationNames.some((known) => known === name),
    );
    if (other && at !== folder) {
      const what = other.name === 'Chart.yaml' ? 'a chart' : 'a kustomization';
      warn(`${at}/${other.name}`, `${at} is ${what} of its own and is passed over.`);
      return;
    }
    for (const { name, kind } of entries) {
      if (name.startsWith('.') || name === 'node_modules') continue;
      const path = at === '' ? name : `${at}/${name}`;
      if (kind === 'folder') readFolder(path);
      else if (manifestName.test(name)) readFile(path);
    }
  };

  readFolder(folder);
  return { objects, problems, texts };
}
