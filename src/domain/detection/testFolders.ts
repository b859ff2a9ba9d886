import type { RepoPath } from '../workspace/service.ts';

const testFolder = /(?:^|\/)(?:tests?|e2e|__tests__|specs?|integration[-_]tests?|e2e[-_]tests?)\//i;
const exampleFolder = /(?:^|\/)(?:examples?|samples?)\//i;

/** Images and manifests here serve tests: they are not what the repository delivers. */
export function isTestPath(path: RepoPath): boolean {
  return testFolder.test(path);
}

/** Counts only where a repository holds nothing else. */
export function isExamplePath(path: RepoPath): boolean {
  return exampleFolder.test(path);
}

const stageSiblings = ['dev', 'qa', 'stage', 'staging', 'prod', 'production'];

/** As isTestPath, but a folder `test` beside `dev` or `prod` is an environment. */
export function isTestManifest(path: RepoPath, hasFolder: (folder: RepoPath) => boolean): boolean {
  if (!isTestPath(path)) return false;
  const segments = path.split('/').slice(0, -1);
  return segments.some((segment, at) => {
    if (!isTestPath(`${segment}/`)) return false;
    const above = segments.slice(0, at);
    return !stageSiblings.some((stage) => hasFolder([...above, stage].join('/')));
  });
}
