import { lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { FileIndex } from './fileIndex.ts';
import { createImageIndex, type ImageIndex, imageSource, imageWeights } from './imageIndex.ts';
import type { ManifestReader, ReadText } from './manifestReader.ts';
import { isKustomizationFile } from './scanKustomization.ts';
import { isTestManifest } from './testFolders.ts';

/**
 * Collects the images that manifests, kustomizations and the values of charts name. Files whose path holds
 * a likely name of a service are read first, in case there are more than the reader's budget.
 */
export function collectImages(
  index: FileIndex,
  reader: ManifestReader,
  read: ReadText,
  likelyNames: ReadonlySet<string>,
): ImageIndex {
  const images = createImageIndex();
  const telling = (path: RepoPath) => path.split(/[/.]/).some((part) => likelyNames.has(part));
  const files = index.yamlFiles.filter((path) => !isTestManifest(path, index.hasFolder));
  for (const path of files) {
    if (!isKustomizationFile(path)) continue;
    for (const { name, newName } of reader.kustomization(path)?.images ?? []) {
      images.add(newName ?? name, imageSource(path, 'images'), imageWeights.kustomization);
    }
  }
  const charts = new Set(index.charts.map(parentFolder));
  for (const path of [...files.filter(telling), ...files.filter((other) => !telling(other))]) {
    if (isKustomizationFile(path) || isInChart(path, charts)) continue;
    for (const image of reader.manifest(path).images) {
      images.add(image, imageSource(path, 'image'), imageWeights.manifest);
    }
  }
  for (const chart of charts) addChartImages(chart === '' ? 'values.yaml' : `${chart}/values.yaml`);
  return images;

  function addChartImages(values: RepoPath): void {
    if (!index.hasFile(values)) return;
    for (const [, , reference = ''] of (read(values) ?? '').matchAll(repositoryField)) {
      images.add(reference, imageSource(values, 'repository'), imageWeights.chart);
    }
  }
}

const repositoryField = /^[ \t]*repository:[ \t]*(["']?)([^\s"'#]+)\1/gm;

function isInChart(path: RepoPath, charts: ReadonlySet<RepoPath>): boolean {
  if (charts.size === 0) return false;
  for (let folder = parentFolder(path); ; folder = parentFolder(folder)) {
    if (charts.has(folder)) return true;
    if (lastSegment(folder) === folder) return charts.has('');
  }
}
