import type { Problem } from '../errors/problem.ts';
import type { Environment, ManifestStyle } from '../workspace/environment.ts';
import { contains, joinPath, lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import { compareText, type FileIndex } from './fileIndex.ts';
import type { ManifestReader, ReadText } from './manifestReader.ts';
import { nameByPath } from './nameByPath.ts';
import { isKustomizationFile } from './scanKustomization.ts';
import { isTestManifest } from './testFolders.ts';

export interface DetectedEnvironments {
  readonly environments: readonly Environment[];
  readonly problems: readonly Problem[];
}

interface Place {
  readonly path: RepoPath;
  readonly style: ManifestStyle;
}

/**
 * Finds where services run: kustomizations that no other one builds on and that lead to a workload,
 * folders of plain manifests outside kustomizations, and Helm charts.
 */
export function detectEnvironments(
  index: FileIndex,
  reader: ManifestReader,
  read: ReadText,
  serviceNames: ReadonlySet<string>,
): DetectedEnvironments {
  const charts = index.charts.filter((path) => !isTestManifest(path, index.hasFolder)).map(parentFolder);
  const inChart = (path: RepoPath) => charts.some((chart) => contains(chart, path));
  const files = index.yamlFiles.filter((path) => !isTestManifest(path, index.hasFolder) && !inChart(path));
  const kustomizations = readKustomizations(files, index, reader);
  const topCharts = charts.filter(
    (chart) => !charts.some((other) => other !== chart && contains(other, chart)),
  );
  const appCharts = topCharts.filter((chart) => !isLibraryChart(read(`${chart}/Chart.yaml`) ?? ''));
  const places: Place[] = [
    ...leafKustomizations(kustomizations, reader).map((path) => ({ path, style: 'kustomize' as const })),
    ...manifestFolders(files, kustomizations, reader, serviceNames).map((path) => ({
      path,
      style: 'manifests' as const,
    })),
    ...appCharts.map((path) => ({ path, style: 'helm' as const })),
  ].sort((a, b) => compareText(a.path, b.path));
  const names = nameByPath(
    places.map(({ path }) => ({ path, segments: nameSegments(path) })),
    'default',
  );
  const environments = places.map(({ path, style }, at) => ({
    name: names[at] ?? path,
    repository: { kind: 'same' } as const,
    path,
    style,
    allowDirty: false,
    group: false,
  }));
  const unreadable = Array.from(kustomizations.values(), ({ problem }) => problem ?? []).flat();
  return { environments, problems: [...unreadable, ...chartProblems(appCharts)] };
}

interface Kustomization {
  readonly folder: RepoPath;
  readonly isComponent: boolean;
  readonly hasImages: boolean;
  /** Folders with a kustomization of their own. */
  readonly bases: readonly RepoPath[];
  readonly files: readonly RepoPath[];
  readonly problem?: Problem;
}

function readKustomizations(
  files: readonly RepoPath[],
  index: FileIndex,
  reader: ManifestReader,
): ReadonlyMap<RepoPath, Kustomization> {
  const found = new Map<RepoPath, Kustomization>();
  for (const file of files) {
    if (!isKustomizationFile(file)) continue;
    const facts = reader.kustomization(file);
    if (facts === undefined) continue;
    const folder = parentFolder(file);
    const paths = facts.resources.flatMap((written) => joinPath(folder, written) ?? []);
    found.set(folder, {
      folder,
      isComponent: facts.isComponent,
      hasImages: facts.images.length > 0,
      bases: paths.filter((path) => index.hasFolder(path)),
      files: paths.filter((path) => index.hasFile(path)),
      ...(facts.problem === undefined ? {} : { problem: facts.problem }),
    });
  }
  return found;
}

function leafKustomizations(
  kustomizations: ReadonlyMap<RepoPath, Kustomization>,
  reader: ManifestReader,
): RepoPath[] {
  const referenced = new Set(Array.from(kustomizations.values(), ({ bases }) => bases).flat());
  const leaves: RepoPath[] = [];
  for (const [folder, { isComponent }] of kustomizations) {
    // Flux keeps its own controllers here.
    if (isComponent || referenced.has(folder) || lastSegment(folder) === 'flux-system') continue;
    if (leadsToWorkload(folder, kustomizations, reader)) leaves.push(folder);
  }
  return leaves;
}

function leadsToWorkload(
  start: RepoPath,
  kustomizations: ReadonlyMap<RepoPath, Kustomization>,
  reader: ManifestReader,
): boolean {
  const seen = new Set<RepoPath>();
  const waiting = [start];
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const kustomization = kustomizations.get(folder);
    if (seen.has(folder) || kustomization === undefined) continue;
    seen.add(folder);
    if (kustomization.hasImages) return true;
    if (kustomization.files.some((file) => reader.manifest(file).isWorkload)) return true;
    waiting.push(...kustomization.bases);
  }
  return false;
}

/** Folders with workloads that no kustomization holds; one folder for the services of one environment. */
function manifestFolders(
  files: readonly RepoPath[],
  kustomizations: ReadonlyMap<RepoPath, Kustomization>,
  reader: ManifestReader,
  serviceNames: ReadonlySet<string>,
): RepoPath[] {
  const held = new Set(Array.from(kustomizations.values(), ({ files: of }) => of).flat());
  const roots = new Set<RepoPath>();
  for (const file of files) {
    const folder = parentFolder(file);
    const root = environmentRoot(folder, serviceNames);
    if (roots.has(root) || held.has(file) || kustomizations.has(folder)) continue;
    if (reader.manifest(file).isWorkload) roots.add(root);
  }
  return [...roots].filter((root) => stageOf(root) >= 0 || !hasFolderAbove(root, roots));
}

const stages =
  /^(?:dev|develop|development|test|testing|qa|uat|stage|staging|stg|pre-?prod|prod|production|prd|sandbox|demo|preview|local|int|integration|live|canary)$/i;

function stageOf(folder: RepoPath): number {
  return folder.split('/').findLastIndex((segment) => stages.test(segment));
}

function hasFolderAbove(folder: RepoPath, folders: ReadonlySet<RepoPath>): boolean {
  return [...folders].some((other) => other !== folder && other !== '' && contains(other, folder));
}

/** `envs/dev/api` belongs to the environment `envs/dev`, and `k8s/api` to `k8s` where `api` is a service. */
function environmentRoot(folder: RepoPath, serviceNames: ReadonlySet<string>): RepoPath {
  const stage = stageOf(folder);
  if (stage >= 0)
    return folder
      .split('/')
      .slice(0, stage + 1)
      .join('/');
  let root = folder;
  while (serviceNames.has(lastSegment(root)) && parentFolder(root) !== '') root = parentFolder(root);
  return root;
}

const unnamed =
  /^(?:overlays?|bases?|envs?|environments?|clusters?|apps?|applications|kustomize|\.?k8s|\.?kube|\.?kubernetes|manifests?|\.?deploy|deployments?)$/i;

/** Segments that make a name, the telling ones last: `apps/shop/overlays/dev` is `dev`, or else `shop-dev`. */
function nameSegments(path: RepoPath): readonly string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  const telling = segments.filter((segment) => !unnamed.test(segment));
  const stage = telling.findIndex((segment) => stages.test(segment));
  if (stage >= 0 && stage < telling.length - 1) {
    return [...telling.slice(0, stage), telling.slice(stage).join('-')];
  }
  return telling.length > 0 ? telling : segments.slice(-1);
}

function isLibraryChart(text: string): boolean {
  return /^type:[ \t]*["']?library\b/m.test(text);
}

function chartProblems(charts: readonly RepoPath[]): Problem[] {
  if (charts.length === 0) return [];
  const named = charts.map((path) => path || 'the repository root').join(', ');
  return [
    {
      severity: 'warning',
      message: `Found ${charts.length === 1 ? 'a Helm chart' : 'Helm charts'} in ${named}; Towline cannot propose changes to charts yet.`,
      next: 'Name an environment with kustomize or plain manifests in towline.yaml.',
    },
  ];
}
