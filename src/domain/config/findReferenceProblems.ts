import type { RepoPath, Service } from '../workspace/service.ts';
import type { YamlPath } from '../yaml/positionOf.ts';
import type { Config } from './config.ts';
import type { ConfigProblem } from './configProblem.ts';
import { formatPath } from './describeValue.ts';
import { meant } from './notFound.ts';
import type { RepositoryTree } from './repositoryTree.ts';

/** Names and paths in towline.yaml that lead nowhere, circles of dependencies, images of two services. */
export function findReferenceProblems(
  services: readonly Service[],
  config: Config,
  tree: RepositoryTree | undefined,
): readonly ConfigProblem[] {
  return [
    ...unknownServices(services, config),
    ...sharedImages(services, config),
    ...circles(services),
    ...(tree === undefined ? [] : missingPaths(config, tree)),
  ];
}

function unknownServices(services: readonly Service[], config: Config): readonly ConfigProblem[] {
  const names = services.map(({ name }) => name);
  const lists: [YamlPath, readonly string[]][] = [];
  for (const [name, { dependsOn }] of config.services) {
    if (dependsOn !== undefined) lists.push([['services', name, 'dependsOn'], dependsOn]);
  }
  for (const [name, { services: listed }] of config.environments ?? []) {
    if (listed !== undefined) lists.push([['environments', name, 'services'], listed]);
  }
  return lists.flatMap(([path, listed]) =>
    listed.flatMap((service, at): ConfigProblem[] => {
      if (names.includes(service)) return [];
      const place = [...path, at];
      const message = `${formatPath(place)} is "${service}"; there is no such service.${meant(service, names)}`;
      return [{ path: place, part: 'value', message }];
    }),
  );
}

function sharedImages(services: readonly Service[], config: Config): readonly ConfigProblem[] {
  const first = new Map<string, string>();
  const problems: ConfigProblem[] = [];
  for (const { name, image } of services) {
    const other = first.get(image);
    if (other === undefined) {
      first.set(image, name);
      continue;
    }
    const at = config.services.get(name)?.image === undefined ? other : name;
    problems.push({
      path: ['services', at, 'image'],
      part: 'value',
      message: `The services "${other}" and "${name}" have the same image, "${image}"; each needs one of its own.`,
    });
  }
  return problems;
}

/** Each circle once, at the first of its services. */
function circles(services: readonly Service[]): readonly ConfigProblem[] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const done = new Set<string>();
  const problems: ConfigProblem[] = [];
  for (const { name } of services) follow(name, []);
  return problems;

  function follow(name: string, trail: readonly string[]): void {
    const start = trail.indexOf(name);
    if (start >= 0) {
      const circle = [...trail.slice(start), name];
      problems.push({
        path: ['services', name, 'dependsOn'],
        part: 'value',
        message: `Services wait for each other in a circle: ${circle.join(' → ')}.`,
        next: 'Take one of them out of "dependsOn", or out of a Dockerfile\'s FROM.',
      });
      return;
    }
    if (done.has(name)) return;
    for (const other of byName.get(name)?.dependsOn ?? []) follow(other, [...trail, name]);
    done.add(name);
  }
}

function missingPaths(config: Config, tree: RepositoryTree): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [name, { folder, build, tests }] of config.services) {
    check(['services', name, 'path'], folder, 'folder');
    check(['services', name, 'build', 'dockerfile'], build?.dockerfile, 'file', folder);
    check(['services', name, 'build', 'context'], build?.context, 'folder', folder);
    const inputs = typeof tests === 'object' ? (tests.inputs ?? []) : [];
    for (const [at, input] of inputs.entries())
      check(['services', name, 'tests', 'inputs', at], input, 'either', folder);
  }
  for (const [name, { path, repository }] of config.environments ?? []) {
    if (repository === undefined || repository.kind === 'same')
      check(['environments', name, 'path'], path, 'folder');
  }
  return problems;

  function check(
    at: YamlPath,
    path: RepoPath | undefined,
    kind: 'file' | 'folder' | 'either',
    below?: RepoPath,
  ): void {
    if (path === undefined || exists(path, kind)) return;
    const inFolder = below ? `${below}/${path}` : undefined;
    const hint =
      inFolder !== undefined && exists(inFolder, kind)
        ? ` Paths begin at this file's folder: did you mean ${JSON.stringify(inFolder)}?`
        : '';
    const what = kind === 'either' ? 'file or folder' : kind;
    problems.push({
      path: at,
      part: 'value',
      message: `${formatPath(at)} is ${JSON.stringify(path)}; there is no such ${what} that Git does not ignore.${hint}`,
    });
  }

  function exists(path: RepoPath, kind: 'file' | 'folder' | 'either'): boolean {
    return (kind !== 'folder' && tree.hasFile(path)) || (kind !== 'file' && tree.hasFolder(path));
  }
}
