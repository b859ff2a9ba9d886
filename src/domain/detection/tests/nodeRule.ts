import type { Problem } from '../../errors/problem.ts';
import { parentFolder } from '../../workspace/repoPath.ts';
import type { RepoPath } from '../../workspace/service.ts';
import { fileHere, fileHereOrAbove } from './lookAround.ts';
import { readJson } from './readJson.ts';
import type { FoundTests, LanguageRule, Place } from './testRule.ts';

const lockFiles = {
  'pnpm-lock.yaml': 'pnpm',
  'yarn.lock': 'yarn',
  'bun.lock': 'bun',
  'bun.lockb': 'bun',
  'package-lock.json': 'npm',
  'npm-shrinkwrap.json': 'npm',
} as const satisfies Record<string, string>;

/** What `npm init` writes; it always fails. */
const placeholder = /no test specified/;

export const nodeRule: LanguageRule = {
  language: 'Node.js',
  baseImages: /(?:^|[/-])(?:node|nodejs|bun|deno)(?:[:@-]|$)/,
  find(place) {
    const marker = fileHere(place, ['package.json']);
    if (marker === undefined) return undefined;
    const content = readJson(place.read(marker));
    const name = typeof content?.name === 'string' ? content.name.replace(/^@[^/]*\//, '') : undefined;
    const problem: Problem = {
      severity: 'warning',
      message: `${marker} is not a JSON object, so its scripts were not read.`,
      at: { file: marker, line: 1, column: 1 },
    };
    const tests = findTests(place, marker, content);
    return {
      marker,
      ...(name ? { packageName: name } : {}),
      ...(tests === undefined ? {} : { tests }),
      ...(content === undefined ? { problem } : {}),
    };
  },
};

function findTests(
  place: Place,
  marker: RepoPath,
  content: Record<string, unknown> | undefined,
): FoundTests | undefined {
  const scripts = content?.scripts;
  const script =
    typeof scripts === 'object' && scripts !== null ? (scripts as Record<string, unknown>).test : undefined;
  if (typeof script === 'string' && script.trim() !== '' && !placeholder.test(script)) {
    const manager = packageManager(place, content);
    const command =
      manager.name === 'bun' ? (['bun', 'run', 'test'] as const) : ([manager.name, 'test'] as const);
    return { command, because: `scripts.test in ${marker}`, inputs: manager.inputs };
  }
  if (!place.index.foldersWith.nodeTests.has(place.folder)) return undefined;
  return {
    command: ['node', '--test'],
    because: `*.test.js files in ${place.folder || 'the repository root'}`,
  };
}

function packageManager(place: Place, content: Record<string, unknown> | undefined) {
  const lock = fileHereOrAbove(place, Object.keys(lockFiles));
  const inputs = lock === undefined || parentFolder(lock) === place.folder ? [] : [lock];
  const root = fileHere({ ...place, folder: parentFolder(lock ?? '') }, ['package.json']);
  const declared = [content, root === undefined ? undefined : readJson(place.read(root))]
    .map((manifest) => manifest?.packageManager)
    .find((value) => typeof value === 'string');
  const fromField = /^(npm|yarn|pnpm|bun)@/.exec(typeof declared === 'string' ? declared : '')?.[1];
  const file = lock?.slice(lock.lastIndexOf('/') + 1) as keyof typeof lockFiles | undefined;
  return { name: fromField ?? (file === undefined ? 'npm' : lockFiles[file]), inputs };
}
