import type { RepoPath } from '../workspace/service.ts';

export interface DetectionOptions {
  /** Name of the repository's folder: it names a service at the root, and images that nothing else names. */
  readonly repositoryName: string;
  /** Folders in which nothing is looked for. */
  readonly ignored?: readonly RepoPath[];
  /** Services that towline.yaml names: they are described even where nothing would be found. */
  readonly named?: readonly NamedPlace[];
}

export interface NamedPlace {
  readonly name: string;
  /** Absent when only the name says which of the found services is meant. */
  readonly folder?: RepoPath;
  readonly dockerfile?: RepoPath;
  /** Repositories, without registry, that Dockerfiles may name the service's image by. */
  readonly images: readonly string[];
}
