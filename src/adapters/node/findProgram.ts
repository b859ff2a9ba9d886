import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

const onWindows = process.platform === 'win32';

/** Windows spells names of variables in any case: `Path`, `PATH`. */
export function variable(environment: Environment, name: string): string | undefined {
  if (!onWindows) return environment[name];
  const key = Object.keys(environment).find((candidate) => candidate.toUpperCase() === name);
  return key === undefined ? undefined : environment[key];
}

/** The endings a program's file may have, the bare name first where it already has one of them. */
function endings(program: string, environment: Environment): readonly string[] {
  if (!onWindows) return [''];
  const all = (variable(environment, 'PATHEXT') || '.COM;.EXE;.BAT;.CMD').split(';').filter(Boolean);
  const hasOne = all.some((ending) => program.toLowerCase().endsWith(ending.toLowerCase()));
  return hasOne ? ['', ...all] : all;
}

function isProgram(path: string): boolean {
  try {
    // Most folders of PATH lack it, and an error costs more than the question.
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
    if (!onWindows) accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Absolute path of a program: on PATH, or relative to `folder` where its name has a slash. Relative entries of
 * PATH are left out, and unlike Windows itself the current folder is never searched: what lies in a workspace
 * must not stand in for an installed program.
 */
export function findProgram(program: string, folder: string, environment: Environment): string | undefined {
  const hasSlash = program.includes('/') || (onWindows && program.includes('\\'));
  const folders = (variable(environment, 'PATH') ?? '').split(delimiter).filter((entry) => isAbsolute(entry));
  const stems = hasSlash ? [resolve(folder, program)] : folders.map((entry) => join(entry, program));
  for (const stem of stems) {
    const path = endings(program, environment)
      .map((ending) => stem + ending)
      .find(isProgram);
    if (path !== undefined) return path;
  }
  return undefined;
}
