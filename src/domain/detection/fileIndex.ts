import { contains, lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import {
  isDockerfile,
  isLeftOut,
  isProjectFile,
  mayBeManifest,
  type SourceKind,
  sourceKinds,
  sourcePatterns,
} from './filePatterns.ts';

/** What one pass over the paths of a repository says about where things are. */
export interface FileIndex {
  hasFile(path: RepoPath): boolean;
  hasFolder(path: RepoPath): boolean;
  /** Names of the files directly in a folder. */
  namesIn(folder: RepoPath): readonly string[];
  /** Files whose name makes them a Dockerfile, in path order. */
  readonly dockerfiles: readonly RepoPath[];
  /** YAML files that may be manifests, in path order. */
  readonly yamlFiles: readonly RepoPath[];
  readonly charts: readonly RepoPath[];
  /** Folders (and the folders above them) that hold tests or source of a kind. */
  readonly foldersWith: Readonly<Record<SourceKind, ReadonlySet<RepoPath>>>;
  /** Test files of Python and test projects of .NET, which a command must name. */
  readonly pythonTests: readonly RepoPath[];
  readonly dotnetProjects: readonly RepoPath[];
  /** Folders with the project file of a language, and that file's name. */
  readonly projects: ReadonlyMap<RepoPath, string>;
}

interface Folder {
  readonly names: string[];
  /** Whether nothing is looked for here. */
  readonly isLeftOut: boolean;
  readonly isIgnored: boolean;
}

/** Indexes the paths of a repository in one pass. Folders of dependencies and fixtures are left out. */
export function indexFiles(files: Iterable<RepoPath>, ignored: readonly RepoPath[] = []): FileIndex {
  const all = new Set<RepoPath>();
  const folders = new Map<RepoPath, Folder>();
  const foldersWith = Object.fromEntries(sourceKinds.map((kind) => [kind, new Set<RepoPath>()])) as Record<
    SourceKind,
    Set<RepoPath>
  >;
  const dockerfiles: RepoPath[] = [];
  const yamlFiles: RepoPath[] = [];
  const charts: RepoPath[] = [];
  const pythonTests: RepoPath[] = [];
  const dotnetProjects: RepoPath[] = [];
  const projects = new Map<RepoPath, string>();
  const kindsOf = sourceKindsByExtension();
  enter('');
  for (const path of files) {
    all.add(path);
    const folder = parentFolder(path);
    const entry = enter(folder);
    if (entry.isLeftOut) continue;
    const name = lastSegment(path);
    entry.names.push(name);
    noteSource(path, folder, name);
    if (!entry.isIgnored) noteMarker(path, folder, name);
  }
  for (const paths of [dockerfiles, yamlFiles, charts, pythonTests, dotnetProjects]) paths.sort(compareText);
  const none: readonly string[] = [];
  return {
    hasFile: (path) => all.has(path),
    hasFolder: (path) => folders.has(path),
    namesIn: (folder) => folders.get(folder)?.names ?? none,
    dockerfiles,
    yamlFiles,
    charts,
    foldersWith,
    pythonTests,
    dotnetProjects,
    projects,
  };

  function enter(folder: RepoPath): Folder {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const isIgnored = ignored.some((other) => contains(other, folder));
    const entry = { names: [], isLeftOut: isLeftOut(folder), isIgnored };
    folders.set(folder, entry);
    if (folder !== '') enter(parentFolder(folder));
    return entry;
  }

  function noteSource(path: RepoPath, folder: RepoPath, name: string): void {
    for (const kind of kindsOf(name.slice(name.lastIndexOf('.') + 1))) {
      if (!sourcePatterns[kind][1].test(path)) continue;
      addWithParents(foldersWith[kind], folder);
      if (kind === 'pythonTests') pythonTests.push(path);
    }
  }

  function noteMarker(path: RepoPath, folder: RepoPath, name: string): void {
    if (name === 'Chart.yaml') charts.push(path);
    else if (isDockerfile(name)) dockerfiles.push(path);
    else if (mayBeManifest(name)) yamlFiles.push(path);
    else if (isProjectFile(name)) projects.set(folder, name);
    else if (/\.(?:cs|fs|vb)proj$/.test(name)) dotnetProjects.push(path);
  }
}

function sourceKindsByExtension(): (extension: string) => readonly SourceKind[] {
  const known = new Map<string, readonly SourceKind[]>();
  return (extension) => {
    const found =
      known.get(extension) ?? sourceKinds.filter((kind) => sourcePatterns[kind][0].test(extension));
    known.set(extension, found);
    return found;
  };
}

/** Order of UTF-16 units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function addWithParents(into: Set<RepoPath>, folder: RepoPath): void {
  for (let at = folder; !into.has(at); at = parentFolder(at)) into.add(at);
}
