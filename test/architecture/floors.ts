import type { SourceFile, SourceImport } from './sources.ts';

/** Libraries that compute and do nothing else: the only packages the domain may use. */
export const pureLibraries = [
  '@cfworker/json-schema',
  '@noble/hashes/hmac.js',
  '@noble/hashes/sha2.js',
  '@noble/hashes/utils.js',
  'saxes',
  'shell-quote/parse.js',
  'strip-ansi',
  'yaml',
];

/** Parts of Node that compute: no files, sockets, processes or clocks. */
export const pureNodeModules = ['node:crypto', 'node:path', 'node:zlib'];

/** Where adapters meet the engine; nowhere else may name one. */
export const compositionRoots = ['src/cli/composePorts.ts', 'src/vscode/composePorts.ts'];

const floors = ['base', 'domain', 'engine', 'adapters', 'cli', 'vscode'] as const;
type Floor = (typeof floors)[number];

/** One sentence for each import that points where the importing file's path does not allow. */
export function findForbiddenImports(sources: readonly SourceFile[]): readonly string[] {
  return sources.flatMap((source) =>
    source.imports.flatMap((imported) => {
      const why = forbiddenBecause(source.path, imported);
      return why === undefined ? [] : [`${source.path} imports ${imported.target}: ${why}`];
    }),
  );
}

function forbiddenBecause(path: string, imported: SourceImport): string | undefined {
  const from = floorOf(path);
  if (from === undefined) return 'it stands on no floor';
  if (imported.relative && !/\.(ts|json)$/.test(imported.target)) return 'relative imports end with .ts';
  return imported.relative
    ? forbiddenFile(path, from, imported)
    : forbiddenPackage(from, imported.target, imported.kind);
}

function forbiddenFile(path: string, from: Floor, { target, kind }: SourceImport): string | undefined {
  if (!target.startsWith('src/')) return forbiddenData(from, target);
  const to = floorOf(target);
  if (to === undefined) return 'it stands on no floor';
  if (floors.indexOf(to) > floors.indexOf(from)) return `${from} is below ${to}`;
  if (from === 'adapters' && to === 'adapters' && adapterOf(path) !== adapterOf(target))
    return 'an adapter knows no other adapter';
  if (from === 'adapters' && to === 'engine') {
    if (!target.startsWith('src/engine/ports/')) return 'adapters know of the engine only its ports';
    if (kind !== 'type') return 'adapters know of the ports only their types';
  }
  if (from === 'vscode' && to === 'cli') return 'the hosts do not know each other';
  if (to === 'adapters' && from !== 'adapters' && !compositionRoots.includes(path))
    return 'adapters are named only where the host puts its parts together';
  return undefined;
}

function forbiddenData(from: Floor, target: string): string | undefined {
  if (from === 'domain' && /^media\/[^/]+\.json$/.test(target)) return undefined;
  if ((from === 'cli' || from === 'vscode') && target === 'package.json') return undefined;
  return 'it lies outside src';
}

function forbiddenPackage(from: Floor, name: string, kind: SourceImport['kind']): string | undefined {
  if (name === 'vscode') return from === 'vscode' ? undefined : 'only src/vscode knows the editor';
  switch (from) {
    case 'base':
      return 'base imports nothing';
    case 'domain':
      return pureLibraries.includes(name) ? undefined : 'the domain uses pure libraries only';
    case 'engine':
      return pureNodeModules.includes(name) ? undefined : 'the engine reaches the world through ports';
    case 'vscode':
      return name.startsWith('node:') || kind === 'type' ? undefined : 'SDKs belong to adapters';
    default:
      return undefined;
  }
}

function floorOf(path: string): Floor | undefined {
  const folder = path.split('/')[1];
  return floors.find((floor) => floor === folder);
}

function adapterOf(path: string): string | undefined {
  return path.split('/')[2];
}
