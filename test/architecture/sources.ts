import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';

export interface SourceImport {
  /** Path from the repository root for relative imports, else the package or `node:` name as written. */
  readonly target: string;
  readonly relative: boolean;
  /** `type` disappears when the program runs. */
  readonly kind: 'static' | 'dynamic' | 'type';
}

export interface SourceFile {
  /** POSIX path from the repository root, e.g. `src/domain/plan/planRun.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly SourceImport[];
}

export const repositoryRoot = join(dirname(import.meta.filename), '..', '..');

/** Every module of src. */
export function readSources(): readonly SourceFile[] {
  const paths = globSync('src/**/*.ts', { cwd: repositoryRoot }).map((path) => path.replaceAll('\\', '/'));
  return paths.sort().map((path) => makeSource(path, readFileSync(join(repositoryRoot, path), 'utf8')));
}

/** A tree that exists only in a test, by path. */
export function plantSources(files: Readonly<Record<string, string>>): readonly SourceFile[] {
  return Object.entries(files).map(([path, text]) => makeSource(path, text));
}

/** The formatter puts every import and export statement at a line's start and ends it with a semicolon. */
const statement =
  /^(import|export)(\s+type)?\b([^;'"]*?)\bfrom\s*['"]([^'"]+)['"]|^import\s*['"]([^'"]+)['"]/gm;
const call = /(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]/g;

function makeSource(path: string, text: string): SourceFile {
  const imports: SourceImport[] = [];
  const add = (specifier: string, kind: SourceImport['kind']): void => {
    const relative = specifier.startsWith('.');
    const target = relative ? posix.join(posix.dirname(path), specifier) : specifier;
    imports.push({ target, relative, kind });
  };
  for (const [, , typeWord, names = '', from, bare] of text.matchAll(statement)) {
    if (from !== undefined) add(from, typeWord !== undefined || importsOnlyTypes(names) ? 'type' : 'static');
    else if (bare !== undefined) add(bare, 'static');
  }
  for (const [, typeOf, specifier] of text.matchAll(call))
    if (specifier !== undefined) add(specifier, typeOf === undefined ? 'dynamic' : 'type');
  return { path, text, imports };
}

/** `{ type A, type B }`: nothing is left at run time but the loading of the module, which nobody then needs. */
function importsOnlyTypes(names: string): boolean {
  const listed = /^\s*\{([^}]*)\}\s*$/.exec(names)?.[1];
  if (listed === undefined) return false;
  const each = listed.split(',').filter((name) => name.trim() !== '');
  return each.length > 0 && each.every((name) => /^\s*type\s/.test(name));
}
