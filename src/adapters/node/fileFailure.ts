import { TowlineError } from '../../domain/errors/towlineError.ts';

/** The system's code of a failed call (`ENOENT`), or undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** Nothing usable under that name: missing, or something on the way is not a folder. */
export function isMissing(error: unknown): boolean {
  const code = systemCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a symbolic link, or a loop of them',
  ENAMETOOLONG: 'the name is too long',
  ENOENT: 'it does not exist',
  ENOTDIR: 'something on the way to it is not a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  EMFILE: 'too many files are open',
};

/** One phrase for people, from whatever a file system call threw. */
export function describeFileError(error: unknown): string {
  const code = systemCode(error);
  if (code === undefined) return error instanceof Error ? error.message : String(error);
  const reason = reasons[code];
  return reason === undefined ? code : `${reason} (${code})`;
}

export function unreadable(path: string, cause: unknown): TowlineError {
  return new TowlineError('context-unreadable', { why: `${path}: ${describeFileError(cause)}`, cause });
}

export function unwritable(path: string, cause: unknown): TowlineError {
  return new TowlineError('journal-failed', { why: `${path}: ${describeFileError(cause)}`, cause });
}
