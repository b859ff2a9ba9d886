import type { Problem } from '../../errors/problem.ts';
import type { RepoPath } from '../../workspace/service.ts';
import type { FileIndex } from '../fileIndex.ts';
import type { ReadText } from '../manifestReader.ts';

/** The folder of a service, and how to look around in it. */
export interface Place {
  readonly folder: RepoPath;
  readonly index: FileIndex;
  readonly read: ReadText;
}

export interface FoundTests {
  readonly command: readonly [string, ...string[]];
  readonly because: string;
  /** Files and folders outside the service's folder that the tests depend on. */
  readonly inputs?: readonly RepoPath[];
}

/** What one language says about a folder; undefined when the folder is not of that language. */
export interface LanguageFinding {
  /** File that told, e.g. `services/api/package.json`. */
  readonly marker: RepoPath;
  readonly tests?: FoundTests;
  /** Name the package gives itself, without its scope. */
  readonly packageName?: string;
  readonly problem?: Problem;
}

export interface LanguageRule {
  /** e.g. "Node.js" */
  readonly language: string;
  /** Base images that this language's services are built on. */
  readonly baseImages: RegExp;
  find(place: Place): LanguageFinding | undefined;
}
