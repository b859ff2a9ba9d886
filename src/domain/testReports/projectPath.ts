const foreignFolders = /(?:^|\/)(?:node_modules|site-packages|dist-packages|\.yarn|\.venv)\//;
const otherScheme = /^[a-z][a-z0-9+.-]+:/i;

/**
 * `path` relative to `folder` with forward slashes; nothing when it lies outside, in an installed package, or is
 * no file at all (`node:internal`, `<anonymous>`). Takes file URLs, POSIX and Windows paths, and relative ones.
 */
export function projectPath(path: string, folder: string): string | undefined {
  const file = toSlashes(path.startsWith('file:') ? fromFileUrl(path) : path, folder);
  if (file === '' || otherScheme.test(file) || file.includes('<')) return undefined;
  const relative = isAbsolute(file)
    ? relativeTo(file, toSlashes(folder, folder))
    : file.replace(/^(?:\.\/)+/, '');
  if (relative === undefined || relative === '' || relative.startsWith('../')) return undefined;
  return foreignFolders.test(relative) ? undefined : relative;
}

function fromFileUrl(url: string): string {
  const path = url.replace(/^file:(?:\/\/)?/, '').replace(/^\/(?=[A-Za-z]:)/, '');
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function toSlashes(path: string, folder: string): string {
  // A backslash is an ordinary character in a POSIX name.
  const windows = hasDrive(path) || hasDrive(folder);
  return windows ? path.replaceAll('\\', '/') : path;
}

function hasDrive(path: string): boolean {
  return /^[A-Za-z]:[\\/]/.test(path);
}

function isAbsolute(path: string): boolean {
  return path.startsWith('/') || hasDrive(path);
}

function relativeTo(file: string, folder: string): string | undefined {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  const start = file.slice(0, prefix.length);
  const same = hasDrive(prefix) ? start.toLowerCase() === prefix.toLowerCase() : start === prefix;
  return same ? file.slice(prefix.length) : undefined;
}
