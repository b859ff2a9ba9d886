import { statfsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { look, stampsOf } from './refStamps.ts';

/**
 * Types of Linux's file systems that are this machine's own, as `statfs` tells them: ext2 to ext4, XFS, Btrfs, F2FS,
 * bcachefs, ZFS, tmpfs, overlayfs (linux/magic.h). One that is shared with others may show times that are a minute old.
 */
const ownFileSystems = [
  0xef53, 0x58465342, 0x9123683e, 0xf2f52010, 0xca451a4e, 0x2fc12fc1, 0x01021994, 0x794c7630,
];

/** All that upload-pack's answer about branches comes from, beside the machine's and the user's configuration. */
const sources = ['config', 'config.worktree', 'HEAD', 'packed-refs', 'refs/heads'];

/**
 * What tells one state of the branches of a remote from the next, where it is a bare repository in a folder of this
 * machine; undefined where it is anything else, and while that could change unnoticed.
 * @param now milliseconds since the epoch
 */
export function folderRemoteState(url: string, now: number): string | undefined {
  if (process.platform !== 'linux' || !isAbsolute(url)) return undefined;
  // Where git would look first, and where refs would be elsewhere or of another kind.
  const others = ['.git', 'commondir', 'reftable'];
  if (others.some((name) => look(join(url, name))) || !look(join(url, 'HEAD'))?.isFile()) return undefined;
  return isOwn(url) ? stampsOf(url, sources, now)?.join('\n') : undefined;
}

function isOwn(folder: string): boolean {
  try {
    return ownFileSystems.includes(statfsSync(folder).type);
  } catch {
    return false;
  }
}
