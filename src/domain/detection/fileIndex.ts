import { contains, lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';

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

export type SourceKind = keyof typeof sourcePatterns;

const sourcePatterns = {
  nodeTests: /(?:^|\/)(?:[^/]+\.)?test\.[cm]?[jt]s$/,
  goSource: /\.go$/,
  goTests: /_test\.go$/,
  pythonTests: /(?:^|\/)(?:test_[^/]*|[^/]+_test)\.py$/,
  jvmTests: /(?:^|\/)src\/(?:test|[A-Za-z]*Test)\//,
  rubySpecs: /(?:^|\/)spec\/.*_spec\.rb$/,
  rubyTests: /(?:^|\/)test\/.*_test\.rb$/,
  elixirTests: /_test\.exs$/,
} as const satisfies Record<string, RegExp>;

const sourceKinds = Object.keys(sourcePatterns) as SourceKind[];
const sourceExtension = /\.(?:[cm]?[jt]s|go|py|java|kt|kts|scala|groovy|rb|exs)$/;

const leftOutFolders =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|testdata|fixtures|__fixtures__|site-packages|venv)\//;
/** Hidden folders are tools' own, but some teams keep what they deploy in one. */
const hiddenFolder = /(?:^|\/)\.(?!(?:deploy|deployment|docker|gitops|infra|k8s|kube|kubernetes)\/)[^/]+\//;

const dockerfileName = /^(?:(?:Docker|Container)file(?:\.[^/]+)?|[^/]+\.(?:docker|container)file)$/i;
const notDockerfile =
  /\.(?:dockerignore|md|txt|tmpl|tpl|template|j2|jinja|jinja2|erb|in|bak|orig|lock|json|ya?ml|sh|py|rej)$/i;
const notManifest =
  /^(?:docker-)?compose|^(?:pnpm-lock|pnpm-workspace|mkdocs|skaffold|tilt|openapi|swagger|towline|buf|values|codecov|Chart|lerna|application|action|pubspec|environment|conda|renovate|cloudbuild|appveyor|azure-pipelines|bitbucket-pipelines|docker-bake|_config)\b|\.(?:schema|test|spec)\.ya?ml$|^\./i;

const projectFile =
  /^(?:package\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|pyproject\.toml|setup\.py|requirements\.txt|Gemfile|composer\.json|mix\.exs)$/;

/** Indexes the paths of a repository in one pass. Folders of dependencies and fixtures are left out. */
export function indexFiles(files: Iterable<RepoPath>, ignored: readonly RepoPath[] = []): FileIndex {
  const all = new Set<RepoPath>();
  const folders = new Map<RepoPath, string[]>([['', []]]);
  const foldersWith = Object.fromEntries(sourceKinds.map((kind) => [kind, new Set<RepoPath>()])) as Record<
    SourceKind,
    Set<RepoPath>
  >;
  const found: Record<'dockerfiles' | 'yamlFiles' | 'charts' | 'pythonTests' | 'dotnetProjects', RepoPath[]> =
    {
      dockerfiles: [],
      yamlFiles: [],
      charts: [],
      pythonTests: [],
      dotnetProjects: [],
    };
  const projects = new Map<RepoPath, string>();
  for (const path of files) {
    all.add(path);
    if (leftOutFolders.test(path) || hiddenFolder.test(path)) {
      addFolders(folders, parentFolder(path));
      continue;
    }
    const name = lastSegment(path);
    const folder = parentFolder(path);
    addFolders(folders, folder).push(name);
    if (sourceExtension.test(name)) noteSource(path, folder);
    if (ignored.some((other) => contains(other, path))) continue;
    noteMarker(path, name);
  }
  for (const paths of Object.values(found)) paths.sort(compareText);
  const none: readonly string[] = [];
  return {
    hasFile: (path) => all.has(path),
    hasFolder: (path) => folders.has(path),
    namesIn: (folder) => folders.get(folder) ?? none,
    foldersWith,
    projects,
    ...found,
  };

  function noteSource(path: RepoPath, folder: RepoPath): void {
    for (const kind of sourceKinds) {
      if (!sourcePatterns[kind].test(path)) continue;
      addWithParents(foldersWith[kind], folder);
      if (kind === 'pythonTests') found.pythonTests.push(path);
    }
  }

  function noteMarker(path: RepoPath, name: string): void {
    if (dockerfileName.test(name) && !notDockerfile.test(name)) found.dockerfiles.push(path);
    else if (/\.ya?ml$/.test(name)) {
      if (name === 'Chart.yaml') found.charts.push(path);
      else if (!notManifest.test(name)) found.yamlFiles.push(path);
    } else if (name === 'Kustomization') found.yamlFiles.push(path);
    else if (projectFile.test(name)) projects.set(parentFolder(path), name);
    else if (/\.(?:cs|fs|vb)proj$/.test(name)) found.dotnetProjects.push(path);
  }
}

/** Order of UTF-16 units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function addFolders(folders: Map<RepoPath, string[]>, folder: RepoPath): string[] {
  const known = folders.get(folder);
  if (known !== undefined) return known;
  const names: string[] = [];
  folders.set(folder, names);
  addFolders(folders, parentFolder(folder));
  return names;
}

function addWithParents(into: Set<RepoPath>, folder: RepoPath): void {
  for (let at = folder; !into.has(at); at = parentFolder(at)) into.add(at);
}
