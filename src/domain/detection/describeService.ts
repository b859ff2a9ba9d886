import { readDockerfile } from '../dockerfile/readDockerfile.ts';
import { resolveDockerfile } from '../dockerfile/resolveDockerfile.ts';
import type { Problem } from '../errors/problem.ts';
import { parentFolder } from '../workspace/repoPath.ts';
import { type BuildPlan, defaultTimeouts, type RepoPath, type TestPlan } from '../workspace/service.ts';
import { chooseContext, contextSources } from './chooseContext.ts';
import { copiedFromOutside, withoutNested } from './copiedFromOutside.ts';
import type { FileIndex } from './fileIndex.ts';
import type { FoundDockerfile } from './findDockerfiles.ts';
import type { ReadText } from './manifestReader.ts';
import { serviceFolder } from './serviceFolder.ts';
import { detectTests } from './tests/detectTests.ts';
import type { FoundTests } from './tests/testRule.ts';

/** A Dockerfile that makes a service, or a folder that towline.yaml says is one. */
export interface ServiceCandidate {
  readonly dockerfile?: FoundDockerfile;
  /** Where towline.yaml says the service is; told by the Dockerfile when absent. */
  readonly folder?: RepoPath;
}

/** What a folder and its Dockerfile say about a service, before it has a name. */
export interface DescribedService {
  readonly folder: RepoPath;
  /** What the Dockerfile's own name adds, e.g. `worker`. */
  readonly variant?: string;
  readonly language?: string;
  readonly packageName?: string;
  readonly tests: TestPlan;
  readonly build?: BuildPlan;
  /** Images that the Dockerfile builds on, its default arguments filled in. */
  readonly baseImages: readonly string[];
  readonly problems: readonly Problem[];
}

export function describeService(
  candidate: ServiceCandidate,
  index: FileIndex,
  read: ReadText,
): DescribedService {
  const { dockerfile } = candidate;
  if (dockerfile === undefined) {
    const folder = candidate.folder ?? '';
    const { tests, ...language } = detectTests({ folder, index, read });
    return { folder, ...language, tests: planTests(tests, []), baseImages: [] };
  }
  const parsed = readDockerfile(read(dockerfile.path) ?? '');
  const { baseImages } = resolveDockerfile(parsed);
  const context = chooseContext(parsed, parentFolder(dockerfile.path), index);
  const sources = contextSources(parsed);
  const folder = candidate.folder ?? serviceFolder(dockerfile, context, sources, index);
  const { tests, ...language } = detectTests({ folder, index, read }, baseImages);
  const copied = copiedFromOutside(sources, context, folder, index);
  return {
    folder,
    ...(dockerfile.variant === undefined ? {} : { variant: dockerfile.variant }),
    ...language,
    tests: planTests(tests, copied),
    build: planBuild(dockerfile.path, context),
    baseImages,
  };
}

/** A build with nothing but what it must have. */
export function planBuild(dockerfile: RepoPath, context: RepoPath): BuildPlan {
  return {
    dockerfile,
    context,
    args: {},
    secrets: [],
    ssh: [],
    contexts: {},
    timeout: defaultTimeouts.build,
  };
}

function planTests(found: FoundTests | undefined, copied: readonly RepoPath[]): TestPlan {
  if (found === undefined) return { kind: 'unknown' };
  return {
    kind: 'command',
    command: found.command,
    inputs: withoutNested([...(found.inputs ?? []), ...copied]),
    environment: [],
    timeout: defaultTimeouts.test,
    because: found.because,
  };
}
