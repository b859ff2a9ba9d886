/** What the source of a language shows by its paths alone: the extensions to look at, and the pattern. */
export const sourcePatterns = {
  nodeTests: [/^[cm]?[jt]s$/, /(?:^|\/)(?:[^/]+\.)?test\.[a-z]+$/],
  goSource: [/^go$/, /./],
  goTests: [/^go$/, /_test\.go$/],
  pythonTests: [/^py$/, /(?:^|\/)(?:test_[^/]*|[^/]+_test)\.py$/],
  jvmTests: [/^(?:java|kt|scala|groovy)$/, /(?:^|\/)src\/(?:test|[A-Za-z]*Test)\//],
  rubySpecs: [/^rb$/, /(?:^|\/)spec\/.*_spec\.rb$/],
  rubyTests: [/^rb$/, /(?:^|\/)test\/.*_test\.rb$/],
  elixirTests: [/^exs$/, /_test\.exs$/],
} as const satisfies Record<string, readonly [extension: RegExp, path: RegExp]>;

export type SourceKind = keyof typeof sourcePatterns;

export const sourceKinds = Object.keys(sourcePatterns) as readonly SourceKind[];

const dependencies =
  /(?:^|\/)(?:node_modules|bower_components|vendor|third_party|testdata|fixtures|__fixtures__|site-packages|venv)(?:\/|$)/;
/** Hidden folders are tools' own, but some teams keep what they deploy in one. */
const hidden = /(?:^|\/)\.(?!(?:deploy|deployment|docker|gitops|infra|k8s|kube|kubernetes)(?:\/|$))/;

/** Folders of dependencies, fixtures and tools: nothing in them is the repository's own service. */
export function isLeftOut(folder: string): boolean {
  return dependencies.test(folder) || hidden.test(folder);
}

const dockerfileName = /^(?:(?:docker|container)file(?:\..+)?|.+\.(?:docker|container)file)$/i;
const notDockerfile =
  /\.(?:dockerignore|md|txt|tmpl|tpl|template|j2|jinja|jinja2|erb|in|bak|orig|lock|json|ya?ml|sh|py|rej)$/i;

export function isDockerfile(name: string): boolean {
  return dockerfileName.test(name) && !notDockerfile.test(name);
}

const otherYaml =
  /^(?:(?:docker-)?compose|values)\b|^(?:pnpm-lock|pnpm-workspace|mkdocs|skaffold|openapi|swagger|towline|buf(?:\.\w+)?|codecov|lerna|pubspec|renovate|cloudbuild|appveyor|azure-pipelines|bitbucket-pipelines|docker-bake|_config)\.ya?ml$|\.(?:schema|test|spec)\.ya?ml$|^\./i;

/** Whether a file may be a manifest or kustomization, by its name. */
export function mayBeManifest(name: string): boolean {
  if (name === 'Kustomization') return true;
  return /\.ya?ml$/.test(name) && !otherYaml.test(name);
}

const projectFile =
  /^(?:package\.json|go\.mod|Cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|pyproject\.toml|setup\.py|requirements\.txt|Gemfile|composer\.json|mix\.exs)$/;

export function isProjectFile(name: string): boolean {
  return projectFile.test(name);
}
