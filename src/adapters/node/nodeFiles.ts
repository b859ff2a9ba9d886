import { mkdirSync, mkdtempSync, readdirSync, readlinkSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Files } from '../../engine/ports/files.ts';
import { isMissing, systemCode, unreadable, unwritable } from './fileFailure.ts';
import { kindOf, readFileStatus } from './fileStatus.ts';
import { findNewer } from './findNewer.ts';
import { createHashFile } from './hashFile.ts';
import { readTextFile } from './regularFile.ts';
import { writeTree } from './writeTree.ts';
import { writeWhole } from './writeWhole.ts';

function listFolder(path: string): ReturnType<Files['listFolder']> {
  try {
    return readdirSync(path, { withFileTypes: true })
      .map((entry) => ({ name: entry.name, kind: kindOf(entry) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return undefined;
  }
}

function readLink(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // EINVAL: it is there, but not a link.
    if (isMissing(error) || systemCode(error) === 'EINVAL') return undefined;
    throw unreadable(path, error);
  }
}

async function makeFolder(path: string): Promise<void> {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    throw unwritable(path, error);
  }
}

async function makeTemporaryFolder(prefix: string): Promise<string> {
  const stem = join(tmpdir(), prefix);
  try {
    return mkdtempSync(stem);
  } catch (error) {
    throw unwritable(stem, error);
  }
}

/** Files of this machine through Node.js. */
export function createFiles(): Files {
  return {
    status: readFileStatus,
    listFolder,
    readText: readTextFile,
    readLink,
    hash: createHashFile(),
    writeWhole,
    makeFolder,
    writeTree,
    remove,
    makeTemporaryFolder,
    findNewer,
  };
}
