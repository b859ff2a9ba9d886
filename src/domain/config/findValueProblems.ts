import { isRepository, parseImageReference, splitRepository } from '../images/imageReference.ts';
import { joinPath } from '../workspace/repoPath.ts';
import type { YamlPath } from '../yaml/positionOf.ts';
import type { ConfigProblem } from './configProblem.ts';
import { describeValue, formatPath } from './describeValue.ts';
import { parseDuration } from './parseDuration.ts';

/** Ends the sentence "<path> is <value>; it …"; undefined when the value is fine. */
type Check = (value: string) => string | undefined;

/** `*` stands for any key or index. */
const checks: readonly (readonly [pattern: string, check: Check])[] = [
  ['registry', checkRegistry],
  ['ignore.*', checkPath],
  ['services.*.path', checkPath],
  ['services.*.image', checkImage],
  ['services.*.tests.inputs.*', checkPath],
  ['services.*.tests.timeout', checkTimeout],
  ['services.*.build.dockerfile', checkPath],
  ['services.*.build.context', checkPath],
  ['services.*.build.contexts.*', checkNamedContext],
  ['services.*.build.timeout', checkTimeout],
  ['services.*.build.secrets.*.file', checkSecretFile],
  ['environments.*.path', checkPath],
  ['environments.*.repository', checkRepository],
];

/** What is wrong with values of the right type: paths, image names, time limits and the like. */
export function findValueProblems(root: unknown): readonly ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  for (const [pattern, check] of checks) {
    for (const { path, value } of valuesAt(root, pattern.split('.'))) {
      const wrong = typeof value === 'string' && value !== '' ? check(value) : undefined;
      if (wrong === undefined) continue;
      problems.push({
        path,
        part: 'value',
        message: `${formatPath(path)} is ${describeValue(value)}; it ${wrong}.`,
      });
    }
  }
  for (const { path, value } of valuesAt(root, ['services', '*', 'build', 'secrets', '*'])) {
    if (typeof value !== 'object' || value === null) continue;
    if ('file' in value !== 'environment' in value) continue;
    const message = `${formatPath(path)} must have either "file" or "environment", where its value comes from.`;
    problems.push({ path, part: 'value', message });
  }
  return problems;
}

interface PlacedValue {
  readonly path: YamlPath;
  readonly value: unknown;
}

function valuesAt(root: unknown, pattern: readonly string[]): readonly PlacedValue[] {
  let found: readonly PlacedValue[] = [{ path: [], value: root }];
  for (const step of pattern) found = found.flatMap((placed) => childrenAt(placed, step));
  return found;
}

function childrenAt({ path, value }: PlacedValue, step: string): readonly PlacedValue[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    return step === '*' ? value.map((child: unknown, at) => ({ path: [...path, at], value: child })) : [];
  }
  return Object.entries(value)
    .filter(([key]) => step === '*' || key === step)
    .map(([key, child]) => ({ path: [...path, key], value: child }));
}

function checkPath(value: string): string | undefined {
  if (value.includes('\\')) return `must use forward slashes: ${JSON.stringify(value.replaceAll('\\', '/'))}`;
  if (value.startsWith('/') || /^[A-Za-z]:/.test(value))
    return 'must begin at this file\'s folder, such as "services/api"';
  if (joinPath('', value) === undefined) return "must stay inside this file's folder";
  return undefined;
}

function checkNamedContext(value: string): string | undefined {
  return /^[a-z][a-z0-9+.-]*:/.test(value) ? undefined : checkPath(value);
}

function checkSecretFile(value: string): string | undefined {
  return value.startsWith('/') || /^[A-Za-z]:[\\/]/.test(value) ? undefined : checkPath(value);
}

function checkRegistry(value: string): string | undefined {
  if (/^[a-z]+:\/\//i.test(value)) {
    return `must be a host without "${value.slice(0, value.indexOf('/'))}//", such as "ghcr.io/acme"`;
  }
  const probe = `${value}/x`;
  if (splitRepository(probe).registry === undefined) {
    return `must begin with a host, such as "ghcr.io/acme" or "docker.io/${value}"`;
  }
  return isRepository(probe)
    ? undefined
    : 'must be a host with an optional port and path, in lower case, such as "ghcr.io/acme"';
}

function checkImage(value: string): string | undefined {
  if (isRepository(value)) return undefined;
  const reference = parseImageReference(value);
  if (reference !== undefined)
    return `must have no tag and no digest: ${JSON.stringify(reference.repository)}`;
  return 'must be an image name of lower-case letters, digits and ".", "_", "-" between them, such as "shop/api"';
}

function checkTimeout(value: string): string | undefined {
  return parseDuration(value) === 0 ? 'must be longer than nothing, such as "10m"' : undefined;
}

function checkRepository(value: string): string | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (value.startsWith('-')) return 'must be a URL or a path, such as "https://github.com/acme/gitops.git"';
  if (
    /^[a-z0-9]+::/i.test(value) ||
    (scheme !== undefined && !/^(?:https?|ssh|git|file|git\+ssh|ssh\+git)$/.test(scheme))
  ) {
    return 'must be a path or a URL of https, ssh, git or file, such as "https://github.com/acme/gitops.git"';
  }
  if (/^https?:\/\/[^/@]*:[^/@]*@/i.test(value))
    return "must not hold a password: Git's credential helper keeps it";
  return undefined;
}
