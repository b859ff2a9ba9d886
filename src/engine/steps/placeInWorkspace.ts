import { isAbsolute, relative, sep } from 'node:path';
import { TowlineError } from '../../domain/errors/towlineError.ts';

/** An error with its place as seen from the workspace's folder: ports know absolute paths, people read the others. */
export function placeInWorkspace(error: unknown, folder: string): unknown {
  if (!TowlineError.is(error) || !error.failure.at) return error;
  const { at, ...failure } = error.failure;
  const file = relative(folder, at.file);
  if (!isAbsolute(at.file) || isAbsolute(file) || file.split(sep)[0] === '..') return error;
  return new TowlineError(error.code, {
    ...failure,
    at: { ...at, file: file.split(sep).join('/') },
    cause: error,
  });
}
