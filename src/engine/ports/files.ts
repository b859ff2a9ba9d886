export type FileKind = 'file' | 'folder' | 'symlink' | 'other';

export interface FileStatus {
  readonly kind: FileKind;
  /** Bytes. */
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  /** Later of content and status change, milliseconds since the epoch. */
  readonly changedAt: number;
  /**
   * Device, inode, size, and both change times in nanoseconds. Equal stamps mean equal content unless the
   * file was written within the clock's grain of `changedAt`.
   */
  readonly stamp: string;
}

/** A file or a symbolic link of a tree that is written as a whole. */
export interface NewFile {
  /** POSIX path relative to the tree's folder. */
  readonly path: string;
  /** What the file holds, or where the link leads. */
  readonly content: Uint8Array | { readonly link: string };
}

/**
 * Files of this machine; paths are absolute and native. The synchronous methods exist because thousands of
 * tiny asynchronous calls are ten times slower; callers bound how many they make in one turn.
 */
export interface Files {
  /** Undefined when nothing is there (or it is not a folder on the way). Symbolic links are not followed. Throws `context-unreadable`. */
  status(path: string): FileStatus | undefined;
  /** Names with kinds, sorted by name; undefined when it is not a readable folder. */
  listFolder(path: string): readonly { readonly name: string; readonly kind: FileKind }[] | undefined;
  /** UTF-8 text without a byte order mark, or undefined when there is no such file. Links are followed; throws `context-unreadable` for pipes and devices. */
  readText(path: string): string | undefined;
  readLink(path: string): string | undefined;
  /** Lower-case hex SHA-256 of a regular file's content, streamed. Throws `context-unreadable`, also for a symbolic link. */
  hash(path: string, signal: AbortSignal): Promise<string>;
  /** Whole or not at all, also across a crash: temporary file, sync, rename. Throws `journal-failed`, as the four below do. */
  writeWhole(
    path: string,
    text: string,
    /** `secret`: a new file is for its owner alone. */
    options?: { readonly secret: boolean },
  ): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /**
   * Writes new files below a folder of our own, with the folders they need; not synced, and links last, so that nothing
   * is written through one. Refuses paths that leave the folder and files that are there already.
   */
  writeTree(folder: string, files: readonly NewFile[], signal: AbortSignal): Promise<void>;
  /** With everything in it; missing is fine. */
  remove(path: string): Promise<void>;
  /** A new empty folder; the caller removes it. */
  makeTemporaryFolder(prefix: string): Promise<string>;
  /** Files modified at or after a time (milliseconds since the epoch) that match a `folder/*.ext` pattern below a folder; `*` stays within one name. */
  findNewer(folder: string, pattern: string, since: number): readonly string[];
}
