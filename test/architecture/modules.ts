import { transform } from 'esbuild';
import type { SourceFile } from './sources.ts';

/** Modules that start a program: what they do when imported is their purpose. */
export const entryPoints = ['src/cli/towline.ts'];

/** Lines a module may have before its first line must say why. */
const longestModule = 400;

export function findLongModules(sources: readonly SourceFile[]): readonly string[] {
  return sources.flatMap(({ path, text }) => {
    const lines = text.trimEnd().split('\n');
    const [first = ''] = lines;
    const explained = /^(\/\/|\/\*)\s*\S+/.test(first);
    return lines.length > longestModule && !explained ? [`${path} has ${lines.length} lines`] : [];
  });
}

/** Names have one home: nothing is handed on, and nothing is nameless. */
export function findExportsByOtherNames(sources: readonly SourceFile[]): readonly string[] {
  return sources.flatMap(({ path, text }) => [
    ...(/^export\s+(type\s+)?(\*|\{[^}]*\})\s*(as\s+\w+\s+)?from\b/m.test(text)
      ? [`${path} hands on the exports of another module`]
      : []),
    ...(/^export\s+default\b|^export\s*\{[^}]*\bas\s+default\b/m.test(text)
      ? [`${path} has a default export`]
      : []),
  ]);
}

/** Each cycle of modules that import each other, be it only for a type or when it is needed, once, as the paths along it. */
export function findImportCycles(sources: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const finished = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) {
      cycles.push([...trail.slice(start), path].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const { target } of byPath.get(path)?.imports ?? [])
      if (byPath.has(target)) visit(target, [...trail, path]);
    finished.add(path);
  };
  for (const path of byPath.keys()) visit(path, []);
  return cycles;
}

/** What gives another answer each time, or reaches out of the program. */
const impureGlobals = [
  'process',
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'fetch',
  'console',
  'crypto',
  'globalThis',
  'global',
  'navigator',
  'Intl',
];

const mark = 'IMPURE_';

/** Uses of the clock, randomness and the process. The compiler resolves scopes, so a parameter named `process` is none. */
export async function findImpureGlobals(sources: readonly SourceFile[]): Promise<readonly string[]> {
  const define = Object.fromEntries(
    [...impureGlobals, 'Date', 'Math.random'].map((name) => [name, mark + name.replace('.', '_')]),
  );
  const found = await Promise.all(
    sources.map(async ({ path, text }) => {
      const { code } = await transform(text, { ...asWritten, define });
      const uses = new Set<string>();
      for (const [whole, made, name = '', rest = ''] of code.matchAll(
        /(new )?\bIMPURE_(\w+)(\.now|\(\)?)?/g,
      )) {
        const readsNoClock = name === 'Date' && rest !== '.now' && (rest === '' || (made && rest === '('));
        if (!readsNoClock) uses.add(whole.replace(mark, '').replace('Math_', 'Math.'));
      }
      return [...uses].map((use) => `${path} uses ${use}`);
    }),
  );
  return found.flat();
}

/** Calls that only make a value. */
const harmless =
  /^(?:new (?:Set|Map|WeakMap|RegExp|TextEncoder|TextDecoder|Intl\.\w+)\b|Object\.(?:freeze|fromEntries|keys|entries|values)\(|Symbol\(|RegExp\(|String\.raw\b|Array\.from\(|Buffer\.(?:from|alloc)\()/;

/** Whatever happens when a module is imported, and module state that could change. */
export async function findImportTimeWork(sources: readonly SourceFile[]): Promise<readonly string[]> {
  const found = await Promise.all(
    sources.map(async ({ path, text }) => {
      if (entryPoints.includes(path)) return [];
      const { code } = await transform(text, { ...asWritten, minifySyntax: false });
      return topLevelStatements(code)
        .filter(doesWork)
        .map((line) => `${path}: ${line}`);
    }),
  );
  return found.flat();
}

const asWritten = {
  loader: 'ts',
  format: 'esm',
  target: 'esnext',
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
} as const;

/** First lines of the statements of a module, as the compiler prints them: what is inside is indented. */
function topLevelStatements(code: string): readonly string[] {
  const withoutTemplates = code.replace(/`(?:[^`\\]|\\.)*`/g, '``');
  return withoutTemplates
    .split('\n')
    .filter((line) => /^[A-Za-z_$([{!+\-~]/.test(line) && !/^[)\]}]/.test(line));
}

function doesWork(line: string): boolean {
  if (/^(import|export \{|export \*|function|async function|class|\{)/.test(line)) return /^\{$/.test(line);
  const value = /^(?:export )?(const|let|var|function|async function|class)\b(?:[^=]*=\s*(.*))?/.exec(line);
  if (!value) return true;
  const [, keyword = '', initial = ''] = value;
  if (keyword === 'let' || keyword === 'var') return true;
  if (keyword !== 'const') return false;
  if (/^(async\b|function\b|\([^)]*\)\s*=>|\w+\s*=>)/.test(initial)) return false;
  return /^(await\b|new\b|[\w$.]+\()/.test(initial) && !harmless.test(initial);
}
