import { projectPath } from './projectPath.ts';

export interface FailureLocation {
  /** Relative to the folder the tests ran in, with forward slashes. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column?: number;
}

/** What a report says about the failing test besides its stack. */
export interface LocationHint {
  /** The test's file, as the report names it: frames in it are preferred to those in the code it calls. */
  readonly file?: string;
  /** The test's class, or its Python module and class. */
  readonly className?: string;
  /** Folder of the Go package, relative to the one the tests ran in; Go names files without theirs. */
  readonly packageFolder?: string;
}

/** A longer line is data, not a frame. */
const longestLine = 2000;

interface Frame {
  readonly path: string;
  readonly line: number;
  readonly column?: number;
}

/** Where in the project a test failed: the innermost frame of `stack` in the test's file, else in the project. */
export function locateFailure(
  stack: string,
  folder: string,
  hint: LocationHint = {},
): FailureLocation | undefined {
  const lines = stack.split('\n').filter((line) => line.length < longestLine);
  const python = lines.flatMap(pythonFrame);
  // Python prints the innermost frame last, everyone else first.
  const frames = python.length > 0 ? python.reverse() : lines.flatMap((line) => readFrame(line, hint));
  const inside = frames.flatMap((frame) => {
    const file = projectPath(frame.path, folder);
    return file === undefined ? [] : [{ ...frame, file }];
  });
  const found = inside.find(({ file }) => isTestFile(file, folder, hint)) ?? inside[0];
  if (found === undefined) return undefined;
  const { file, line, column } = found;
  return column === undefined ? { file, line } : { file, line, column };
}

function isTestFile(file: string, folder: string, hint: LocationHint): boolean {
  if (hint.file !== undefined) return file === projectPath(hint.file, folder);
  const dotted = file.replace(/\.py$/, '').replaceAll('/', '.');
  return hint.className === dotted || (hint.className?.startsWith(`${dotted}.`) ?? false);
}

function frameOf(path: string | undefined, line: string | undefined, column?: string): Frame[] {
  if (path === undefined || line === undefined) return [];
  const frame = { path, line: Number(line) };
  return [column === undefined || column === '0' ? frame : { ...frame, column: Number(column) }];
}

/** A traceback's `File "x.py", line 3` or pytest's `x.py:3: in test_it`. */
function pythonFrame(text: string): Frame[] {
  const match = /\bFile "([^"]+)", line (\d+)/.exec(text) ?? /^(\S.*?\.py):(\d+):(?: |$)/.exec(text);
  return frameOf(match?.[1], match?.[2]);
}

function readFrame(text: string, hint: LocationHint): Frame[] {
  const rust = /\bpanicked at (?:'.*', )?(\S+\.rs):(\d+):(\d+)/.exec(text);
  if (rust !== null) return frameOf(rust[1], rust[2], rust[3]);
  const go = /^\s*(\S.*?\.go):(\d+)(?::(\d+))?(?::|\s|$)/.exec(text);
  if (go !== null) return frameOf(goPath(go[1] ?? '', hint), go[2], go[3]);
  const java = /^\s*at (?:[\w.@-]+\/)*([\w.$]+)\.[\w$<>]+\(([\w$]+\.(java|kt|groovy|scala)):(\d+)\)/.exec(
    text,
  );
  if (java !== null) return javaFrame(java, hint);
  const script = /^(.*):(\d+):(\d+)\)?,?$/.exec(text.trimEnd());
  return script === null ? [] : frameOf(scriptPath(script[1] ?? '', hint), script[2], script[3]);
}

function goPath(path: string, hint: LocationHint): string | undefined {
  if (/[\\/]/.test(path)) return path;
  if (hint.packageFolder === undefined) return undefined;
  return hint.packageFolder === '' ? path : `${hint.packageFolder}/${path}`;
}

const javaSources: Readonly<Record<string, string>> = {
  java: 'java',
  kt: 'kotlin',
  groovy: 'groovy',
  scala: 'scala',
};

/** A Java frame names no folder: only the test's own class is known to lie in the project, at the usual place. */
function javaFrame(match: RegExpExecArray, hint: LocationHint): Frame[] {
  const [, owner = '', file = '', extension = '', line] = match;
  const className = owner.replace(/\$.*$/, '');
  if (className !== hint.className?.replace(/\$.*$/, '')) return [];
  const packagePath = className.split('.').slice(0, -1).join('/');
  return frameOf(['src/test', javaSources[extension], packagePath, file].filter(Boolean).join('/'), line);
}

/** The path in `at fn (path`, `at async path`, `❯ fn path`, `fn (path` or `path`. */
function scriptPath(text: string, hint: LocationHint): string {
  const bracket = text.lastIndexOf(' (');
  if (bracket >= 0) return text.slice(bracket + 2);
  const bare = text.trim().replace(/^(?:at|❯)\s+(?:async\s+)?/, '');
  if (hint.file !== undefined && bare.endsWith(hint.file)) return hint.file;
  if (/^(?:file:|\/|[A-Za-z]:[\\/])/.test(bare)) return bare;
  return /(?:^|\s)((?:file:|\/|[A-Za-z]:[\\/]).*|\S+)$/.exec(bare)?.[1] ?? bare;
}
