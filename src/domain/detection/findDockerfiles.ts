import type { Problem } from '../errors/problem.ts';
import { lastSegment, parentFolder } from '../workspace/repoPath.ts';
import type { RepoPath } from '../workspace/service.ts';
import type { FileIndex } from './fileIndex.ts';
import { isExamplePath, isTestPath } from './testFolders.ts';

export interface FoundDockerfile {
  readonly path: RepoPath;
  /** What the file's own name says it is for, e.g. `worker` of `Dockerfile.worker`. */
  readonly variant?: string;
}

/** Words for another way to build the same service. */
const sameService =
  /^(?:dev|develop|development|debug|local|test|tests|testing|ci|e2e|lint|base|build|builder|prod|production|release|staging|alpine|slim|debian|ubuntu|distroless|scratch|windows|nanoserver|linux|arm|arm64|armhf|aarch64|amd64|x64|x86_64|multi|multiarch|multistage|cross|xx|gpu|cpu|cuda|rocm|old|new|legacy)$/i;
const preferred = /^(?:prod|production|release)$/i;

/**
 * Picks the Dockerfiles that make services. In a folder with a plain Dockerfile the others are variants of
 * it unless `isImage` knows an image of their name; in a folder without, each name is a service.
 */
export function findDockerfiles(
  index: FileIndex,
  isImage: (name: string) => boolean,
): { readonly dockerfiles: readonly FoundDockerfile[]; readonly problems: readonly Problem[] } {
  const inTests = index.dockerfiles.filter(isTestPath);
  const delivered = index.dockerfiles.filter((path) => !isTestPath(path));
  const outsideExamples = delivered.filter((path) => !isExamplePath(path));
  const considered = outsideExamples.length > 0 ? outsideExamples : delivered;
  const inExamples = delivered.filter((path) => !considered.includes(path));
  const dockerfiles: FoundDockerfile[] = [];
  const variants: RepoPath[] = [];
  for (const [, paths] of Map.groupBy(considered, parentFolder)) {
    const found = paths.map(describeFile);
    const plain =
      found.find(({ path, variant }) => variant === undefined && /^docker/i.test(lastSegment(path))) ??
      found.find(({ variant }) => variant === undefined);
    const named = found.filter(({ variant }) => variant !== undefined);
    const services = named.filter(({ variant = '' }) =>
      plain === undefined ? !sameService.test(variant) : isImage(variant),
    );
    const main =
      plain ??
      (services.length === 0
        ? (named.find(({ variant = '' }) => preferred.test(variant)) ?? named[0])
        : undefined);
    if (main !== undefined) dockerfiles.push(services.length === 0 ? { path: main.path } : main);
    dockerfiles.push(...services);
    variants.push(
      ...found.filter((other) => other !== main && !services.includes(other)).map(({ path }) => path),
    );
  }
  const problems = [
    ...leftOut(variants, 'another way to build a service that has a Dockerfile beside it'),
    ...leftOut(inTests, 'in a folder of tests'),
    ...leftOut(inExamples, 'in a folder of examples'),
  ];
  return { dockerfiles, problems };
}

function describeFile(path: RepoPath): FoundDockerfile {
  const variant = variantOf(path);
  return variant === undefined ? { path } : { path, variant };
}

/** `worker` of `Dockerfile.worker`, `worker.Dockerfile` and the like. */
export function variantOf(path: RepoPath): string | undefined {
  const match = /^(?:(?:docker|container)file\.(.+)|(.+)\.(?:docker|container)file)$/i.exec(
    lastSegment(path),
  );
  return match?.[1] ?? match?.[2];
}

function leftOut(paths: readonly RepoPath[], because: string): Problem[] {
  if (paths.length === 0) return [];
  return [
    {
      severity: 'warning',
      message: `Left out ${listPaths(paths)}: ${because}.`,
      next: 'Name a service with that `build.dockerfile` in towline.yaml if it makes an image of its own.',
    },
  ];
}

/** The first five paths, and how many more there are. */
export function listPaths(paths: readonly RepoPath[]): string {
  const shown = paths
    .slice(0, 5)
    .map((path) => path || 'the repository root')
    .join(', ');
  return paths.length > 5 ? `${shown} and ${paths.length - 5} more` : shown;
}
